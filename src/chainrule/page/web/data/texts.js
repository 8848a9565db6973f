// What formulas, tables and bundled sets say.

/** @type {import("../app/texts.js").BothLanguages} */
export const texts = {
  en: {
    "formula.empty": "The formula is empty. Write one in {names}.",
    "formula.long": "The formula has {got} characters; at most {limit} are read. Shorten it.",
    "formula.many": "The formula has more than {limit} parts. Shorten it.",
    "formula.deep":
      "Character {at}: more than {limit} brackets or signs inside each other. Simplify it.",
    "formula.character": "Character {at}: “{got}” has no meaning in a formula. Remove it.",
    "formula.large": "Character {at}: the number {got} is too large.",
    "formula.end":
      "The formula stops after “{after}”: a number, a variable or a function is missing.",
    "formula.open": "Character {at}: this bracket is never closed. Add a “)”.",
    "formula.close_extra": "Character {at}: this “)” closes nothing. Remove it, or add a “(”.",
    "formula.nothing": "Character {at}: nothing stands between these brackets.",
    "formula.bar": "Character {at}: this | has no second one. Write |x1|, or abs(x1).",
    "formula.name": "Character {at}: “{got}” is not known here. The variables are {names}.",
    "formula.name_like":
      "Character {at}: “{got}” is not known here. Did you mean {like}? The variables are {names}.",
    "formula.brackets":
      "Character {at}: “{got}” is a function and needs brackets, for example {like}.",
    "formula.no_argument": "Character {at}: {name} needs something between its brackets.",
    "formula.arguments":
      "Character {at}: {name} takes {expected} arguments, separated by commas; it got {got}.",
    "formula.comma":
      "Character {at}: “{got}” can only separate the arguments of a function, as in max(x1, 2).",
    "formula.comma_decimal":
      "Character {at}: “{got}” has a comma. Write decimals with a point, as in 0.5.",
    "formula.comma_two":
      "Character {at}: “{got}” can be one number or two. Write a point, or a blank after the comma: {like}.",
    "formula.division":
      "Character {at}: 1/2x can mean 1/(2*x) or (1/2)*x. Write the sign * or brackets.",
    "formula.inverse":
      "Character {at}: a power of {name} must be a whole number ≥ 0, as in {name}²(x1). For other powers write ({name}(x1))^…; for inverse functions write arcsin, arccos, arctan.",
    "formula.percent": "Character {at}: percent signs are not read. Write 0.5 for 50 %.",
    "formula.factorial": "Character {at}: factorials are not offered.",
    "formula.truth":
      "Character {at}: “{word}” needs a comparison here, such as x1 > 0, not a number.",
    "formula.equals":
      "Character {at}: a single = is not read, since almost no point lies exactly on a line. Write < or >; to compare whole numbers write ==.",
    "formula.else": "Character {at}: “if” needs an “else”, as in 1 if x1 > 0 else 0.",
    "formula.colon": "Character {at}: “?” needs a “:”, as in x1 > 0 ? 1 : 0.",
    "formula.operand":
      "Character {at}: expected a number, a variable, a function or “(”, got “{got}”.",
    "formula.operator": "Character {at}: a sign such as + or * is missing before “{got}”.",
    "formula.natural": "log is the natural logarithm. For base 10 write log10.",
    "formula.not_finite":
      "The formula has no finite value at {count} of {n} points (for example a division by 0 or the root of a negative number). These points are left out.",
    "formula.never_finite":
      "The formula has no finite value at any point. Check divisions, roots and logarithms.",
    "formula.one_class":
      "The formula gives the same class at every point. Change it so that both occur.",
    "formula.classes":
      "As classes the formula must give whole numbers from 0 to {most}, or a comparison; it gave {got}. Choose “a number” instead, or round it.",
    "formula.one_value": "The formula gives {got} everywhere. There is nothing to learn.",
    "formula.large_values":
      "The formula gives values up to {got}. Divide it so that they stay below {limit}.",

    "table.empty": "There are no rows. Paste lines such as 1.5, 2, red.",
    "table.no_rows": "There is only the line of names. Add rows below it.",
    "table.large": "The table has {got} MB; at most {limit} MB are read. Take a part of the rows.",
    "table.rows": "The table has more than {limit} rows. Take a part of them.",
    "table.columns": "The table has {got} columns; at most {limit} are read.",
    "table.zero":
      "Line {line}: a zero byte, so this is not plain text. Save it again as CSV, UTF-8.",
    "table.web_page": "This is a web page, not a table. Download the file that it shows.",
    "table.other_zip":
      "This is a zip file (.xlsx and .npz are such files), not text. Save it as CSV, UTF-8.",
    "table.other_gzip":
      "This is a gzip file that cannot be unpacked, not text. Save it as CSV, UTF-8.",
    "table.other_parquet": "This is a Parquet file, not text. Save it as CSV, UTF-8.",
    "table.other_numpy": "This is an array of NumPy, not text. Save it as CSV, UTF-8.",
    "table.other_hdf": "This is an HDF5 file, not text. Save it as CSV, UTF-8.",
    "table.other_picture": "This is a picture, not text. Save it as CSV, UTF-8.",
    "table.other_pickle": "This is a pickle file, not text. Save it as CSV, UTF-8.",
    "table.other_pdf": "This is a PDF, not text. Save it as CSV, UTF-8.",
    "table.encoding":
      "Line {line}: byte {byte} is not UTF-8. Choose the encoding of the file, or save it as CSV, UTF-8.",
    "table.encoding_wrong": "The text is not {encoding}. Choose another encoding.",
    "table.encoding_utf8": "The text is UTF-8, not {encoding}. Choose UTF-8.",
    "table.json": "This is JSON, not a table. Paste rows such as 1.5, 2, red.",
    "table.blanks":
      "Line {line}: only blanks stand between the numbers: {got}. Save it as CSV, or choose “blanks” as what separates the cells.",
    "table.quote": "Line {line}: a quote is opened and never closed. Correct its quotes.",
    "table.after_quote": "Line {line}: text after a closing quote. Correct its quotes.",
    "table.cell":
      "Line {line}: a cell has more than {limit} characters. Close its quotes or shorten it.",
    "table.names_count":
      "Line {line} has {names} names, but each line below it has {cells} cells. Correct this line.",
    "table.cells":
      "Line {line}: expected {expected} cells as in the first line, got {got}. Correct it.",
    "table.twice": "The name “{name}” occurs twice. Rename one of the columns.",
    "table.infinity": "Line {line}, column {column}: infinity is not a number that can be learned.",
    "table.word":
      "Line {line}, column {column}: expected a number{unit}, got “{got}”. Correct the cell or leave it empty.",
    "table.word_more":
      "Line {line}, column {column}: expected a number{unit}, got “{got}”, and {count} more such cells. Correct them or leave them empty.",
    "table.comma_column":
      "Line {line}, column {column}: “{got}” has a decimal comma, and commas also separate the cells. Separate the cells by semicolons.",
    "table.header_asked":
      "It is not clear if the first line holds names. It is read as names; change this below if it is data.",
    "table.header_none": "No line of names: the columns are called column 1, column 2, …",
    "table.commas": "Numbers such as {got} are read with a decimal comma.",
    "table.groups": "Numbers such as {got} are read with signs of thousands: {value}.",
    "table.unknown": "Column {column}: “{words}” counts as missing.",
    "table.about.number": "number",
    "table.about.category": "category",
    "table.about.date": "date",
    "table.about.empty": "empty",
    "table.about.constant": "one value only",

    "choose.none": "Choose at least one column as an input.",
    "choose.many": "Choose at most {limit} input columns; these make {got}.",
    "choose.target": "Choose the column to predict.",
    "choose.target_input":
      "{column} is both an input and what is predicted. Take it out of the inputs.",
    "choose.missing_column": "There is no column {column}.",
    "choose.date":
      "Column {column} holds dates. The playground does not read dates; choose another column.",
    "choose.empty": "Column {column} is empty. Choose another one.",
    "choose.words":
      "Column {column} has {got} different words; at most {limit} can become inputs. Choose another one.",
    "choose.one_value": "Column {column} has one value only. Choose another one.",
    "choose.one_class": "Column {column} has one class only, {got}. Choose another column.",
    "choose.many_classes":
      "Column {column} has {got} classes; at most {limit} fit here. Choose another column, or predict a number.",
    "choose.not_number": "Column {column} holds words. Predict classes, or choose another column.",
    "choose.large": "Line {line}, column {column}: {got} is too large for float32.",
    "choose.few": "Only {got} complete rows are left; at least {limit} are needed.",
    "choose.dropped": "{count} of {n} rows are left out: no value in {columns}.",
    "choose.sampled":
      "The table has {n} rows. {kept} of them, drawn with seed 0, are used here; the file itself is not changed.",
    "choose.one_hot": "Column {column} becomes {count} inputs, one for each word.",

    "set.n": "The number of points must be a whole number from {least} to {most}.",
    "set.noise": "The noise must be a number from 0 to {most}.",
    "set.classes": "The number of classes must be from {least} to {most}.",
    "set.share": "The share of the first class must be between {least} and {most}.",
    "set.seed": "The seed must be a whole number from 0 to 4294967295.",
    "set.name": "There is no set “{name}”.",
    "split.test": "The share of test rows must be from 0 to {most}.",
    "split.rows": "{n} rows are too few for two parts. Add rows, or use all for training.",
  },
  zh: {
    "formula.empty": "公式是空的。请用 {names} 写一个公式。",
    "formula.long": "公式有 {got} 个字符，最多读取 {limit} 个。请缩短。",
    "formula.many": "公式的组成部分超过 {limit} 个。请缩短。",
    "formula.deep": "第 {at} 个字符：括号或符号嵌套超过 {limit} 层。请化简。",
    "formula.character": "第 {at} 个字符：“{got}”在公式中没有意义。请删去。",
    "formula.large": "第 {at} 个字符：数 {got} 太大。",
    "formula.end": "公式在“{after}”之后中断：缺少数、变量或函数。",
    "formula.open": "第 {at} 个字符：这个括号没有配对。请补上“)”。",
    "formula.close_extra": "第 {at} 个字符：多余的“)”。请删去，或补上“(”。",
    "formula.nothing": "第 {at} 个字符：括号里没有内容。",
    "formula.bar": "第 {at} 个字符：这个 | 没有配对。请写成 |x1| 或 abs(x1)。",
    "formula.name": "第 {at} 个字符：这里没有“{got}”。可用的变量是 {names}。",
    "formula.name_like": "第 {at} 个字符：这里没有“{got}”。是否想写 {like}？可用的变量是 {names}。",
    "formula.brackets": "第 {at} 个字符：“{got}”是函数，需要括号，例如 {like}。",
    "formula.no_argument": "第 {at} 个字符：{name} 的括号里需要内容。",
    "formula.arguments":
      "第 {at} 个字符：{name} 需要 {expected} 个用逗号分隔的参数，得到 {got} 个。",
    "formula.comma": "第 {at} 个字符：“{got}”只能分隔函数的参数，例如 max(x1, 2)。",
    "formula.comma_decimal": "第 {at} 个字符：“{got}”中有逗号。小数请用小数点，例如 0.5。",
    "formula.comma_two":
      "第 {at} 个字符：“{got}”可以是一个数，也可以是两个数。请用小数点，或在逗号后加空格：{like}。",
    "formula.division": "第 {at} 个字符：1/2x 可以是 1/(2*x)，也可以是 (1/2)*x。请写出 * 或括号。",
    "formula.inverse":
      "第 {at} 个字符：{name} 的幂必须是非负整数，例如 {name}²(x1)。其他幂请写成 ({name}(x1))^…；反函数请写 arcsin、arccos、arctan。",
    "formula.percent": "第 {at} 个字符：不支持百分号。50% 请写成 0.5。",
    "formula.factorial": "第 {at} 个字符：不支持阶乘。",
    "formula.truth": "第 {at} 个字符：“{word}”在这里需要一个比较式，例如 x1 > 0，而不是数。",
    "formula.equals":
      "第 {at} 个字符：不支持单个 =，因为几乎没有点恰好落在一条线上。请写 < 或 >；比较整数请写 ==。",
    "formula.else": "第 {at} 个字符：“if”之后需要“else”，例如 1 if x1 > 0 else 0。",
    "formula.colon": "第 {at} 个字符：“?”之后需要“:”，例如 x1 > 0 ? 1 : 0。",
    "formula.operand": "第 {at} 个字符：这里应为数、变量、函数或“(”，得到“{got}”。",
    "formula.operator": "第 {at} 个字符：“{got}”前面缺少 + 或 * 之类的符号。",
    "formula.natural": "log 是自然对数。以 10 为底请写 log10。",
    "formula.not_finite":
      "公式在 {n} 个点中的 {count} 个点上没有有限值（例如除以 0 或负数开方）。这些点不使用。",
    "formula.never_finite": "公式在任何点上都没有有限值。请检查除法、开方和对数。",
    "formula.one_class": "公式在所有点上给出同一个类别。请修改，使两个类别都出现。",
    "formula.classes":
      "作为类别时，公式必须给出 0 到 {most} 的整数，或者是一个比较式；得到 {got}。请改选“数值”，或取整。",
    "formula.one_value": "公式处处等于 {got}，没有什么可学的。",
    "formula.large_values": "公式的值大到 {got}。请除以一个数，使它们小于 {limit}。",

    "table.empty": "没有数据行。请粘贴类似 1.5, 2, red 的行。",
    "table.no_rows": "只有列名一行。请在下面加上数据行。",
    "table.large": "表格有 {got} MB，最多读取 {limit} MB。请只取一部分行。",
    "table.rows": "表格超过 {limit} 行。请只取一部分行。",
    "table.columns": "表格有 {got} 列，最多读取 {limit} 列。",
    "table.zero": "第 {line} 行：含有零字节，不是纯文本。请另存为 UTF-8 编码的 CSV。",
    "table.web_page": "这是网页，不是表格。请下载网页中显示的文件。",
    "table.other_zip":
      "这是 zip 文件（.xlsx 和 .npz 也是这种文件），不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_gzip": "这是无法解压的 gzip 文件，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_parquet": "这是 Parquet 文件，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_numpy": "这是 NumPy 数组，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_hdf": "这是 HDF5 文件，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_picture": "这是图片，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_pickle": "这是 pickle 文件，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.other_pdf": "这是 PDF 文件，不是文本。请另存为 UTF-8 编码的 CSV。",
    "table.encoding":
      "第 {line} 行：字节 {byte} 不是 UTF-8。请选择文件的编码，或另存为 UTF-8 编码的 CSV。",
    "table.encoding_wrong": "文本不是 {encoding} 编码。请选择其他编码。",
    "table.encoding_utf8": "文本是 UTF-8 编码，不是 {encoding}。请选择 UTF-8。",
    "table.json": "这是 JSON，不是表格。请粘贴类似 1.5, 2, red 的行。",
    "table.blanks": "第 {line} 行：数之间只有空格：{got}。请另存为 CSV，或选择“空格”作为分隔符。",
    "table.quote": "第 {line} 行：引号没有闭合。请更正。",
    "table.after_quote": "第 {line} 行：闭引号之后还有文字。请更正引号。",
    "table.cell": "第 {line} 行：有单元格超过 {limit} 个字符。请闭合引号或缩短。",
    "table.names_count":
      "第 {line} 行有 {names} 个列名，而下面每行有 {cells} 个单元格。请更正这一行。",
    "table.cells": "第 {line} 行：应与第一行一样有 {expected} 个单元格，得到 {got} 个。请更正。",
    "table.twice": "列名“{name}”出现两次。请改名。",
    "table.infinity": "第 {line} 行，列 {column}：无穷大不能用来学习。",
    "table.word": "第 {line} 行，列 {column}：应为数{unit}，得到“{got}”。请更正或留空。",
    "table.word_more":
      "第 {line} 行，列 {column}：应为数{unit}，得到“{got}”，还有 {count} 个这样的单元格。请更正或留空。",
    "table.comma_column":
      "第 {line} 行，列 {column}：“{got}”使用小数逗号，而逗号也用来分隔单元格。请用分号分隔单元格。",
    "table.header_asked": "不清楚第一行是否为列名。现在按列名读取；如果是数据，请在下面更改。",
    "table.header_none": "没有列名行：各列称为 column 1、column 2……",
    "table.commas": "{got} 这样的数按小数逗号读取。",
    "table.groups": "{got} 这样的数按千位分隔读取：{value}。",
    "table.unknown": "列 {column}：“{words}”视为缺失。",
    "table.about.number": "数值",
    "table.about.category": "类别",
    "table.about.date": "日期",
    "table.about.empty": "空",
    "table.about.constant": "只有一个值",

    "choose.none": "请至少选择一列作为输入。",
    "choose.many": "最多选择 {limit} 个输入；现在有 {got} 个。",
    "choose.target": "请选择要预测的列。",
    "choose.target_input": "{column} 既是输入又是预测目标。请从输入中去掉。",
    "choose.missing_column": "没有列 {column}。",
    "choose.date": "列 {column} 是日期。游乐场不读取日期，请选择其他列。",
    "choose.empty": "列 {column} 是空的。请选择其他列。",
    "choose.words": "列 {column} 有 {got} 个不同的词，最多 {limit} 个可以成为输入。请选择其他列。",
    "choose.one_value": "列 {column} 只有一个值。请选择其他列。",
    "choose.one_class": "列 {column} 只有一个类别 {got}。请选择其他列。",
    "choose.many_classes":
      "列 {column} 有 {got} 个类别，这里最多 {limit} 个。请选择其他列，或改为预测数值。",
    "choose.not_number": "列 {column} 是文字。请预测类别，或选择其他列。",
    "choose.large": "第 {line} 行，列 {column}：{got} 超出 float32 的范围。",
    "choose.few": "只剩 {got} 个完整的行，至少需要 {limit} 行。",
    "choose.dropped": "{n} 行中有 {count} 行不使用：{columns} 中没有值。",
    "choose.sampled": "表格有 {n} 行。这里使用其中以种子 0 抽取的 {kept} 行；文件本身不变。",
    "choose.one_hot": "列 {column} 变成 {count} 个输入，每个词一个。",

    "set.n": "点数必须是 {least} 到 {most} 的整数。",
    "set.noise": "噪声必须是 0 到 {most} 的数。",
    "set.classes": "类别数必须在 {least} 到 {most} 之间。",
    "set.share": "第一类的比例必须在 {least} 到 {most} 之间。",
    "set.seed": "种子必须是 0 到 4294967295 的整数。",
    "set.name": "没有数据集“{name}”。",
    "split.test": "测试行的比例必须在 0 到 {most} 之间。",
    "split.rows": "{n} 行太少，无法分成两部分。请增加行，或全部用于训练。",
  },
};
