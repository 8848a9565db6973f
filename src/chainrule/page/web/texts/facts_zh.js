// What texts/facts.js says, in Chinese: by the hash of the English text (keyOf in app/explain.js), so
// that a test knows which translation is stale. Codes in backticks and equations stay as they are.

/** @type {Record<string, string>} */
export const translations = {
  // initializers.Constant
  "1a66ef77": "处处都是同一个数。",
  // initializers.Constant.value
  "4e7398e5": "任意有限的数。",
  // initializers.Given
  ca1a2c7f: "由用户给出的数。`Dense(4, init=W)` 可由任意数组 W 得到它。",
  // initializers.Given.values
  "0703e61a": "形状与该层张量相同的数。",
  // initializers.GlorotNormal
  faef51ad: "正态分布，方差为 2 / (fan in + fan out)。",
  // initializers.GlorotUniform
  "1d17c394":
    "在 ±√(6 / (fan in + fan out)) 之间均匀分布。它使数值和梯度经过 tanh 层后方差保持不变。",
  // initializers.HeNormal
  a49b2470: "正态分布，方差为 2 / fan in，用于后接 ReLU 的层。",
  // initializers.HeUniform
  "381207fd": "在 ±√(6 / fan in) 之间均匀分布，用于后接 ReLU 的层。",
  // initializers.Identity
  "008a9705": "矩阵的对角线上为 1，其余为 0。",
  // initializers.Identity.gain
  "5fc106e2": "对角线上的数。",
  // initializers.LeCunNormal
  54684195: "正态分布，方差为 1 / fan in。",
  // initializers.LeCunUniform
  ddb8aeed: "在 ±√(3 / fan in) 之间均匀分布，用于 SELU 以及其他在 0 处斜率为 1 的激活函数。",
  // initializers.Normal
  "1991fa44": "具有给定均值和标准差的正态分布。",
  // initializers.Normal.std
  "40fa8fd7": "标准差，> 0。",
  // initializers.Orthogonal
  "15980e68": "随机矩阵，其行或列（取较少的一方）标准正交。它使向量经过深层线性网络后长度不变。",
  // initializers.Orthogonal.gain
  "23754f96": "系数，> 0。",
  // initializers.Sparse
  "5ab8e1e9":
    "每个单元有 `count` 个服从正态分布的权重，其余为 0。无论一个单元读入多少个值，其加权和的离散程度都相同，而各单元读入的内容不同。",
  // initializers.Sparse.count
  "01afc0e7": "每个单元中不为 0 的权重个数，≥ 1；不足时取全部。",
  // initializers.Sparse.std
  e6cdb3da: "这些权重的标准差，> 0。",
  // initializers.Uniform
  "918e4b26": "在 [low, high) 上均匀分布。",
  // initializers.Uniform.low
  bfea0fb3: "区间，low < high。",
  // initializers.Zeros
  "6cf95beb": "全部为 0。",
  // layers.ActivityPenalty
  "03bcb840": "该层的值大或者多时要付出代价。使用 L1 时大多数值变为 0：稀疏编码。",
  // layers.ActivityPenalty
  "345f14aa": "h = x，并且 L 增加 Σₙ cₙ λ Ω(xₙ)",
  // layers.ActivityPenalty.penalty
  "4b63546e": "L1(1e-4)、L2(1e-4) 或 ElasticNet；λ 按每一行计算。",
  // layers.AlphaDropout
  b1ba618a: "被丢弃的值变为 α′，a 和 b 使均值和方差复原：均值为 0、方差为 1 的数保持不变。",
  // layers.AlphaDropout
  95565084: "训练时 h = a (x mask + α′ (1 − mask)) + b，其中 α′ = −λ α 是 SELU 的最小值",
  // layers.AlphaDropout.rate
  "5aca60ef": "一个值被丢弃的概率，0 ≤ rate < 1。",
  // layers.AveragePool1D
  "23a11905": "每个窗口内各步的平均值，各通道分别计算。",
  // layers.AveragePool1D.size
  d23b82e6: "窗口的步数，≥ 1；通常为 2。",
  // layers.AveragePool1D.stride
  "9d5da7c6": "相邻两个窗口之间的步数，≥ 1；默认等于窗口大小，即窗口首尾相接。",
  // layers.AveragePool2D
  "8f59e9ac": "每个窗口内 K 个像素的平均值，各通道分别计算。",
  // layers.AveragePool2D.size
  "49e89c2c": "窗口的高和宽（像素），均 ≥ 1；通常为 2。",
  // layers.AveragePool2D.stride
  c7224f05: "相邻两个窗口之间的像素数，均 ≥ 1；默认等于窗口大小，即窗口并排相接。",
  // layers.BatchNorm
  "85ec5fba":
    "训练时 μ 和 v 是这一批数据的均值和方差。在 predict 和 score 中它们是滑动统计量，每个训练步之后更新：running += rate (batch − running)。",
  // layers.BatchNorm
  b1941453: "对每个通道（最后一个轴）u = γ (x − μ) / √(v + ε) + β",
  // layers.BatchNorm.rate
  "31a5cfe0": "滑动统计量向当前批的统计量移动多少，0 < rate ≤ 1。",
  // layers.BatchNorm.eps
  "0a009868": "加到方差上的数，ε > 0，单位与方差相同。",
  // layers.BatchNorm.trainable
  "1090e48a": "False：γ 和 β 保持为 1 和 0，直到 `net.thaw`。",
  // layers.Columns
  "547da4ae":
    "从 start 列到 stop 列之前的各列。在 `Concatenate` 中，每个分支可以取自己的列：例如把类别的词变成向量，其余的数保持原样。",
  // layers.Columns.start
  "97d7f99a": "第一列，≥ 0。",
  // layers.Columns.stop
  "5b258890": "不再取的第一列，> start。",
  // layers.Concatenate
  eaf34643: "同一输入的多个分支，各自的通道拼接在一起。",
  // layers.Concatenate.layers
  "5dd0fe98": "至少两个分支，每个是一层或一个 Sequential；Identity() 保留 x 本身。",
  // layers.Conv1D
  c8b6e6cb: "每个滤波器在序列的每个位置读取若干步。",
  // layers.Conv1D.filters
  fbbd01ad: "输出通道数，≥ 1。",
  // layers.Conv1D.kernel
  aac7cc98: "滤波器读取的步数，≥ 1。",
  // layers.Conv1D.stride
  "122964f0": "卷积核相邻两个位置之间的步数，≥ 1。",
  // layers.Conv1D.padding
  "355a0569":
    '两侧补零的个数。"valid"：不补。"same"：补到输出有 ceil(T / stride) 步，多出的一个补在末尾。也可以是 ≥ 0 的数。',
  // layers.Conv1D.dilation
  "90b8a00b": "卷积核相邻两个元素之间的步数，≥ 1。",
  // layers.Conv1D.groups
  "13e9e1f0":
    "C 和 filters 的公约数：每组滤波器只读取自己那一组通道。groups=C 即深度可分离卷积中的逐通道卷积。",
  // layers.Conv1D.bias
  "23cfb4c2": "True：加上偏置 b。",
  // layers.Conv1D.init
  e249b543: "W 的初始值。b 从 0 开始。",
  // layers.Conv1D.penalty
  "105c8a82": "为 W 加到 L 上的一项：L2(1e-4)、L1(1e-5) 或 ElasticNet。",
  // layers.Conv1D.trainable
  ca6cf3ee: "False：W 和 b 保持初始值，直到 `net.thaw`。",
  // layers.Conv2D
  "4a10753d": "每个滤波器在图像的每个位置读取一小块。所有位置使用相同的权重。",
  // layers.Conv2D.kernel
  "875ae724": "卷积核的高和宽（像素），均 ≥ 1。",
  // layers.Conv2D.stride
  c27bd4ed: "卷积核相邻两个位置之间的像素数，均 ≥ 1。",
  // layers.Conv2D.padding
  "04d828af":
    '各边补零的个数。"valid"：不补。"same"：补到输出有 ceil(H / stride) 行，多出的一个补在末尾。也可以是 ≥ 0 的数。',
  // layers.Conv2D.dilation
  "39ca4034": "卷积核相邻两个元素之间的像素数，均 ≥ 1。",
  // layers.Dense
  "58afc3aa": "每个单元读取全部输入。",
  // layers.Dense.units
  "903398f4": "每行输出值的个数，≥ 1。",
  // layers.Dense.init
  "1cb7bdc3": "W (D, units) 的初始值。b 从 0 开始。",
  // layers.Dense.tie
  "7905fb85":
    '前面某个 Dense 的路径，例如 "dense1"：W 是它的 W 的转置，本层只有 b 是参数。解码器的权重常取自编码器。',
  // layers.Dropout
  "55d98cb5":
    "每个值以概率 `rate` 变为 0。在 predict 和 score 中它不起作用；`predict(X, samples=100)` 中也起作用。",
  // layers.Dropout
  a769254a: "训练时 h = x mask / (1 − rate)",
  // layers.ELU
  "78113a8d": "在零以下它趋于 −α，使激活值的均值接近零。",
  // layers.ELU
  "74ba779d": "z > 0 时 a = z，否则 a = α (eᶻ − 1)",
  // layers.ELU.alpha
  "22c241c4": "零以下的极限 −α，α > 0。α = 1 时斜率没有跳变。",
  // layers.EachStep
  e7837e6d: "同一层以相同的参数作用于序列的每一步。",
  // layers.EachStep.layer
  a4169991: "f，一层或若干层的链。",
  // layers.Embedding
  "81aac9a0": "每个整数 x 选取 W 的一行。",
  // layers.Embedding.count
  "7861b6d7": "行数，≥ 1；x 从 0 到 count − 1。",
  // layers.Embedding.units
  cfcc3020: "每行的长度，≥ 1。",
  // layers.Embedding.init
  "2ab49816": "W (count, units) 的初始值。",
  // layers.Embedding.trainable
  "4b13b43c": "False：W 保持初始值，直到 `net.thaw`。",
  // layers.Flatten
  ca8f6a39: "把一行的所有数排成一个轴；最后一个下标变化最快。",
  // layers.GELU
  "12bba957": "输入乘以标准正态随机数小于它的概率。",
  // layers.GELU
  "18d51e80": "a = z Φ(z)，Φ 是正态分布函数",
  // layers.GaussianNoise
  c8629bc5:
    "在 predict 和 score 中它不起作用；`predict(X, samples=100)` 中也起作用。z 只取决于种子、步数、层的路径、数据集的行和列，与 Dropout 的掩码一样。",
  // layers.GaussianNoise
  de41fc42: "训练时 h = x + std z，z 服从标准正态分布",
  // layers.GaussianNoise.std
  fce251e2: "噪声的标准差，≥ 0，单位与 x 相同。",
  // layers.GlobalAveragePool
  "96d1ae0a": "每个通道的平均值。",
  // layers.GlobalAveragePool
  e597aaa6: "h = mean(patches(x))，整幅图像为一个窗口",
  // layers.GlobalMaxPool
  "5904baa8": "每个通道的最大值。有多个相等的最大值时，梯度传给第一个。",
  // layers.GlobalMaxPool
  "556bb75b": "h = max(patches(x))，整幅图像为一个窗口",
  // layers.GroupNorm
  "3983ea46": "μ 和 v 是该组所有位置上的均值和方差。",
  // layers.GroupNorm
  "5db75079": "对一行中的每组通道 u = γ (x − μ) / √(v + ε) + β",
  // layers.GroupNorm.groups
  ecd879e8: "相邻通道的组数，≥ 1，是 C 的约数。",
  // layers.HardSigmoid
  a1b09b34: "由三段直线组成的 sigmoid。",
  // layers.Heads
  a64666f8: "同一输入的多个输出：{name: f_name(x)}。每个输出头是一层。",
  // layers.Heads.heads
  d26d4797: "每个输出对应一层，按名称给出。（在文件中存为成对的形式。）",
  // layers.Identity
  "434a6578": "它不做任何记录。用在可以选择层的地方，例如线性输出的激活函数。",
  // layers.Images
  "61d2d1fb": "说明网络的图像中通道在哪个轴；作为网络的第一层。",
  // layers.Images.channels
  "6c580799": '"first"：每行是 (C, H, W)。"last"：每行是 (H, W, C)。',
  // layers.Join
  "546ff0c5": "每个输入经过自己的分支，然后合并。",
  // layers.Join.branches
  afc72df4:
    "每个输入（按名称）对应一层或一个 Sequential；Identity() 保留输入本身。（在文件中存为成对的形式。）",
  // layers.Join.how
  "9bd64045":
    '"concatenate"：按 `branches` 的顺序把最后一个轴依次拼接。"add" 和 "multiply"：对形状相同的分支逐个数相加或相乘。',
  // layers.LayerNorm
  fbaa0821: "一行的统计量与其他行无关。",
  // layers.LayerNorm
  a21fd50f: "u = γ (x − μ) / √(v + ε) + β，μ 和 v 是最后一个轴上的均值和方差",
  // layers.LeakyReLU
  "2dd711b3": "从不激活的单元仍然得到梯度。",
  // layers.LeakyReLU
  c3eb8a32: "z > 0 时 a = z，否则 a = slope z",
  // layers.LeakyReLU.slope
  "1ed75c25": "零以下的斜率，≥ 0；通常为 0.01。",
  // layers.LogSoftmax
  "68e1275b": "若干个数的对数，这些数之和为 1。它从不对 0 取对数。",
  // layers.LogSoftmax
  83498527: "在最后一个轴上 aₖ = zₖ − log Σⱼ exp zⱼ",
  // layers.MaxPool1D
  "2f36c31c": "每个窗口内最大的数，各通道分别计算。",
  // layers.Maxout
  "2dac11f8": "每个单元学习一个凸的分段线性函数。",
  // layers.Maxout
  "9d53b0a5": "h = x W + b 的各段中的最大值",
  // layers.Maxout.pieces
  "00579dff": "每个单元的线性函数个数，≥ 2。",
  // layers.Mish
  b84a407b: "光滑的 ReLU，在零以下有最小值 −0.31。",
  // layers.PReLU
  "9aee9f7c": "z > 0 时 a = z，否则 a = α z，每个通道（最后一个轴）有自己学到的斜率 α",
  // layers.PReLU.init
  "4523c84c": "α 的初始值；论文从 0.25 开始。",
  // layers.PReLU.trainable
  ff269865: "False：α 保持初始值，直到 `net.thaw`。",
  // layers.Reshape
  "57c728ee": "把一行的数排成另一种形状；最后一个下标变化最快。",
  // layers.Reshape.shape
  "8091e915": "一行各轴的大小，均 ≥ 1：Reshape(28, 28, 1)。",
  // layers.Residual
  "11e10c5d": "梯度也会绕过 f 传播。",
  // layers.Residual
  f65d36b8: "s = g(x) + f(x)，f 是若干层的链，g 是捷径",
  // layers.Residual.layers
  "265af5dc": "至少一层。它们合起来保持形状不变，或给出与捷径相同的形状。",
  // layers.Residual.shortcut
  "8ba45646":
    "层 g。默认 g(x) = x。如果 f 改变形状，请给出一个：Conv2D(64, kernel=1, stride=2, bias=False)，或由它和 BatchNorm() 组成的 Sequential。",
  // layers.SELU
  "681907de": "如果权重以 `LeCunNormal()` 初始化，数值经过许多这样的层后仍保持均值 0 和方差 1。",
  // layers.SELU
  "40fb4aa4": "z > 0 时 a = λ z，否则 a = λ α (eᶻ − 1)，λ = 1.0507，α = 1.6733",
  // layers.Sequential
  "0a32d1b1": "若干层的链，有自己的路径。",
  // layers.Sequential.layers
  aa07402e: "至少一层。",
  // layers.Shared
  "77817e13": "与同一 tower 的其他 Shared 共用参数的层。",
  // layers.Shared.tower
  "50808ef4": "共用参数的名称：W 的路径是 tower/dense1/W。",
  // layers.Shared.layer
  "16d1fa88": "这一层；各处必须相同。",
  // layers.SiLU
  "07756c71": "光滑的 ReLU，在零以下有最小值 −0.28。",
  // layers.Sigmoid
  "09b5879e": "它的斜率 a (1 − a) 最大为 ¼。",
  // layers.Sigmoid
  b0fa2a07: "a = 1 / (1 + e⁻ᶻ)，在 0 与 1 之间",
  // layers.Softmax
  fbe66574: "和为 1 的正数。不要放在 SoftmaxCrossEntropy 之前：后者以 z 为输入，自己计算 softmax。",
  // layers.Softmax
  a351c3be: "在最后一个轴上 pₖ = exp zₖ / Σⱼ exp zⱼ",
  // layers.Softplus
  e0e3c68c: "光滑的 ReLU，恒为正。它的斜率是 σ(z)。",
  // layers.Softsign
  "17bf3f61": "与 tanh 相似，但趋近极限较慢。",
  // layers.Softsign
  "1313fede": "a = z / (1 + |z|)，在 −1 与 1 之间",
  // layers.SpatialDropout
  "34ab25d2": "一个通道以概率 `rate` 变为 0。被丢弃的通道在所有位置都为 0。",
  // layers.SpatialDropout.rate
  e880bb21: "一个通道被丢弃的概率，0 ≤ rate < 1。",
  // layers.Standardize
  "43554c1a":
    "放在第一层：这样网络可以直接读取带有各自单位的数。μ 和 σ 与 BatchNorm 的统计量一样属于状态，但不再变化：第一次 `fit` 或 `build` 在第一步之前用 float64 由各行算出，并保存在文件中。",
  // layers.Standardize
  "8ddcba10": "对每一列 u = (x − μ) / σ，μ 和 σ 是训练数据该列的均值和标准差",
  // layers.Standardize.per
  "95b1217d":
    '哪些部分有自己的均值和标准差。"channel"：最后一个轴的每个分量，如表格的一列、图像的一种颜色、序列的一个特征。"place"：一行中的每个数，如每个像素。',
  // layers.Tanh
  "7f19ce59": "它的斜率 1 − a² 在原点为 1。",
  // layers.Tanh
  d5eec813: "a = tanh z，在 −1 与 1 之间",
  // layers.TransposedConv2D
  d740e905: "每个像素把卷积核的若干倍加到一幅更大的图像上。",
  // layers.TransposedConv2D.stride
  aba2b5c1: "相邻两个卷积核之间的输出像素数，均 ≥ 1。",
  // layers.TransposedConv2D.padding
  "49f90122":
    '各边裁去的部分。"valid"：不裁。"same"：裁到输出有 H · stride 行。也可以是 ≥ 0 的数。',
  // layers.TransposedConv2D.groups
  fad7a3b2: "C 和 filters 的公约数：每组滤波器只读取自己那一组通道。",
  // layers.UpSample
  "4aa7480d": "每个像素变成由相同像素组成的一块（最近邻）。",
  // layers.UpSample.size
  "76e0930e": "一块的高和宽（像素），均 ≥ 1。",
  // layers.ZeroPad
  "5d06ce42": "在图像四周补零，各通道都补。",
  // layers.ZeroPad.padding
  ab015e09: "补零的个数，均 ≥ 0：各边相同；（上下，左右）；或（上，下，左，右）。",
  // losses.AbsoluteError
  e38b435a: "最佳的常数预测是中位数。",
  // losses.AbsoluteError
  "8acbad8a": "ℓ = Σₖ |p − y|，或对各输出取平均",
  // losses.AbsoluteError.reduction
  "47a00ebe": "对各行取平均或求和。",
  // losses.AbsoluteError.outputs
  "26a69a5d": "对一行的各输出取平均或求和。",
  // losses.CosineDistance
  11855514: "p 和 y 的长度不起作用；`predict` 按原样给出 p。",
  // losses.CosineDistance
  "6a20b834": "ℓ = 1 − cos(p, y)，从 0（方向相同）到 2（方向相反）",
  // losses.ElasticNet
  "135b5c8e": "Ω₁ = Σ |W|，Ω₂ = ½ Σ W²，各有自己的 λ",
  // losses.ElasticNet.l1
  a3c10832: "强度 λ₁ 和 λ₂，均 ≥ 0。",
  // losses.Focal
  "397f7380": "回答得好的行权重很小，因此少数稀有的正例不会被大量容易的负例淹没。",
  // losses.Focal
  a26ae1a0: "ℓ = −Σₖ αₜ (1 − pₜ)^γ log pₜ，或取平均；pₜ 是正确答案的概率",
  // losses.Focal.gamma
  "4dc18af7": "容易的行权重下降得多快，≥ 0。",
  // losses.Focal.alpha
  a8698edb: "答案为“是”的权重，从 0 到 1；“否”的权重为 1 − alpha。",
  // losses.GaussianNLL
  e35afc4b:
    "网络逐行说明自己有多大把握。对 K 个目标，网络给出 2 K 个数：先是均值 μ，然后是 log σ²。",
  // losses.Hinge
  93721754: "输出在 0 的正确一侧且间隔不小于 1 时，没有损失。",
  // losses.Hinge
  "4704dc38": "ℓ = Σₖ max(0, 1 − y z)，或取平均，y = ±1",
  // losses.Huber
  db711901: "任何输出的梯度都不超过 δ，因此离群值影响很小。",
  // losses.Huber
  "5a549e7d": "ℓ = Σₖ h(p − y)，或取平均；|d| ≤ δ 时 h(d) = ½ d²，否则 h(d) = δ (|d| − ½ δ)",
  // losses.Huber.delta
  "0384e1d8": "误差达到多大时抛物线变为直线，> 0，单位与 y 相同。",
  // losses.JointLoss
  "45da6659": '它由 `loss={"digit": SoftmaxCrossEntropy(), "size": (0.5, SquaredError())}` 得到。',
  // losses.JointLoss
  "464305c1": "ℓ = Σₖ wₖ ℓₖ，对网络的各输出求和",
  // losses.JointLoss.parts
  "1c96b2f0": "输出的名称、权重 wₖ ≥ 0 及其损失。所有损失的 reduction 相同。",
  // losses.KLDivergence
  cbe740f8: "预测等于目标时为 0。它的梯度与交叉熵相同；两者的值相差 y 的熵。",
  // losses.KLDivergence
  e2f7540e: "ℓ = Σₖ yₖ log(yₖ / pₖ)，p = softmax(z)",
  // losses.L1
  "47e0942f": "它把权重拉到恰好为 0。它的梯度是 λ sign W。",
  // losses.L1.rate
  "53a52579": "强度 λ，≥ 0。",
  // losses.L2
  a9c4035e: "它使权重保持较小。有了 ½，梯度就是 λ W，因此 λ 就是普通 SGD 的 `weight_decay`。",
  // losses.LogCosh
  ce7b038d: "误差 d 小时接近 ½ d²，大时接近 |d| − log 2，中间光滑过渡。",
  // losses.LogCosh
  e02e50d9: "ℓ = Σₖ log cosh(p − y)，或取平均",
  // losses.Poisson
  "5c77ede0": "计数 y 的负对数似然。网络给出速率的对数 z；`predict` 给出速率 exp z。",
  // losses.Poisson
  "234014fd": "ℓ = Σₖ (exp z − y z)，或取平均",
  // losses.Quantile
  "8dee5f96": "最佳预测使比例为 q 的目标低于它。",
  // losses.Quantile
  "379b52c1": "ℓ = Σₖ max(q (y − p), (q − 1) (y − p))，或取平均",
  // losses.Quantile.q
  "7c4d9d34": "分位数，0 < q < 1；0.5 是中位数（绝对误差的一半）。",
  // losses.SigmoidCrossEntropy
  "25b358f1": "即 −Σₖ (y log σ(z) + (1 − y) log(1 − σ(z)))，写成从不对 0 取对数的形式。",
  // losses.SigmoidCrossEntropy
  f42d50ad: "ℓ = Σₖ (softplus(z) − y z)，或取平均",
  // losses.SoftmaxCrossEntropy
  bd29e2c8:
    "网络给出得分 z；`predict` 给出 softmax(z)。目标是类别编号，或由 K 个概率组成的行（独热编码或其他），此时 ℓ = −Σₖ yₖ log softmax(z)ₖ。",
  // losses.SoftmaxCrossEntropy
  e2743120: "ℓ = log Σₖ exp zₖ − z_y，即 −log softmax(z)_y，写成从不对 0 取对数的形式",
  // losses.SoftmaxCrossEntropy.label_smoothing
  "4b01c40e": "每个目标中分摊到所有类别的比例，从 0 到小于 1。",
  // losses.SquaredError
  "1b7cd09d": "ℓ = Σₖ (p − y)²，或对各输出取平均，可带或不带系数 ½",
  // losses.SquaredError.half
  b238028a: "True：½ (p − y)²，其梯度没有系数 2。",
  // losses.SquaredHinge
  d40db7da: "没有折点的合页损失。",
  // losses.SquaredHinge
  "64693da8": "ℓ = Σₖ max(0, 1 − y z)²，或取平均，y = ±1",
  // optimizers.AMSGrad
  "9c89ee68": "平方均值从不下降的 Adam，因此不会忘记偶尔出现的大梯度。",
  // optimizers.AMSGrad.lr
  "644c9897": "学习率。",
  // optimizers.AMSGrad.beta1
  "08eda43e": "g 的均值和 g² 的均值的衰减率。",
  // optimizers.AMSGrad.eps
  "9690cfd4": "加到平方根上的常数 ε。",
  // optimizers.AdaBelief
  a1022af1: "Adam 除以梯度的大小，AdaBelief 除以梯度的“意外”：它离自己的均值 m 有多远。",
  // optimizers.AdaBelief
  eedecee6:
    "m ← β1 m + (1 − β1) g\ns ← β2 s + (1 − β2) (g − m)² + ε\nθ ← θ − lr m̂ / (√ŝ + ε)，m̂ = m / (1 − β1ᵗ)，ŝ = s / (1 − β2ᵗ)",
  // optimizers.AdaBelief.lr
  "572182dc": "学习率（论文中的 α）。",
  // optimizers.AdaBelief.beta1
  "9d45599a": "g 的均值和 (g − m)² 的均值的衰减率。",
  // optimizers.AdaBelief.eps
  e10a5815: "每一步加到 s 上、并加到平方根上的常数 ε。",
  // optimizers.AdaMax
  28802885: "用最大范数代替平方均值的 Adam。",
  // optimizers.AdaMax.beta1
  da938fbe: "g 的均值和最大 |g| 的衰减率。",
  // optimizers.Adadelta
  f9e61ec5: "用最近各步的均方根代替学习率，因此每步的单位与 θ 相同。",
  // optimizers.Adadelta.rho
  "26108b66": "两个平方均值的衰减率 ρ。",
  // optimizers.Adadelta.eps
  "2f50c902": "两个平方根内的常数 ε。",
  // optimizers.Adagrad
  f6ecbcc8: "每个权重有自己的学习率，它随至今所有的梯度下降：常见特征的步子小，稀有特征的步子大。",
  // optimizers.Adagrad.eps
  "01b8baa1": "平方根内的常数 ε。只有在给出累积量初值时才可以为 0。",
  // optimizers.Adagrad.initial_accumulator
  b8d32b0e: "G 的初始值。",
  // optimizers.Adam
  f664547d: "“Adam”意为自适应矩。一步是梯度的均值除以梯度平方均值的根，因此每个权重的步长约为 lr。",
  // optimizers.Adam
  d1917a05:
    "m ← β1 m + (1 − β1) g\nv ← β2 v + (1 − β2) g²\nθ ← θ − lr m̂ / (√v̂ + ε)，m̂ = m / (1 − β1ᵗ)，v̂ = v / (1 − β2ᵗ)",
  // optimizers.Adam.eps
  fc05f5a9: "加到平方根上的常数 ε，使一直为 0 的梯度不会产生 0 / 0。",
  // optimizers.AdamW
  "4e75d064":
    "权重衰减与梯度分离的 Adam：L2 惩罚会把 λ θ 加到 g 上，然后被平方根除。m̂ 和 v̂ 与 Adam 相同。",
  // optimizers.AdamW.lr
  "59551b8d": "学习率；衰减也乘以它。",
  // optimizers.AdamW.weight_decay
  f6611d48: "权重衰减率 λ。",
  // optimizers.ClipGlobalNorm
  fde0faed: "方向不变。",
  // optimizers.ClipGlobalNorm
  cc16164e: "g ← g min(1, limit / ‖g‖)，范数取自所有张量",
  // optimizers.ClipGlobalNorm.limit
  d23134f6: "整个梯度的最大范数。",
  // optimizers.ClipNorm
  "0bf03401": "g ← g min(1, limit / ‖g‖)，每个张量用自己的范数",
  // optimizers.ClipNorm.limit
  "1a8dd76f": "单个张量的梯度的最大范数。",
  // optimizers.ClipValue
  "5e914765": "每个分量分别受限，因此方向会改变。",
  // optimizers.ClipValue.limit
  eb66e29d: "单个分量的最大绝对值。",
  // optimizers.EMA
  "7228247c": "开始时没有偏差。作为滑动平均，αₜ = (1 − d) / (1 − dᵗ)，第一步时为 1。",
  // optimizers.EMA
  "8473abb0": "θ̄ₜ = Σᵢ dᵗ⁻ⁱ θᵢ / Σᵢ dᵗ⁻ⁱ，对所有步 i ≤ t 的指数滑动平均",
  // optimizers.EMA.decay
  ffb3c12d: "衰减率 d，0 ≤ d < 1；大约有 1 / (1 − d) 步起作用。",
  // optimizers.FletcherReeves
  "1a70aa35": "g₋ 是这一步之前的梯度。如果相邻两个梯度远非正交，则 β 为 0，方法重新开始。",
  // optimizers.FletcherReeves
  a12e2620: "θ ← θ + α d\nd ← −g + β d，β = ‖g‖² / ‖g₋‖²，α 由强 Wolfe 线搜索给出",
  // optimizers.FletcherReeves.tolerance
  "4edd5290": "所有 |梯度| 都不超过它时视为收敛。",
  // optimizers.FletcherReeves.curvature
  "0d8b0d20": "线搜索的 c2：剩余斜率占原斜率的比例。",
  // optimizers.LAMB
  "4f3f6f3d": "“LAMB”意为用于大批量训练的逐层自适应矩。",
  // optimizers.LAMB
  bf0f33a4:
    "m ← β1 m + (1 − β1) g\nv ← β2 v + (1 − β2) g²\nθ ← θ − lr ‖θ‖ / ‖u‖ · u，u = m̂ / (√v̂ + ε) + λ θ，每个张量用自己的范数",
  // optimizers.LAMB.lr
  "5cb58852": "学习率（论文中的 η）。",
  // optimizers.LBFGS
  "3ae58d50": "H 由最近 `history` 对 s = Δθ、y = Δg 得到（算法 7.4），α 由强 Wolfe 线搜索给出。",
  // optimizers.LBFGS.history
  abf5c9b9: "保留的向量对数。",
  // optimizers.LevenbergMarquardt
  "7e8aca53": "阻尼 μ 大时是步长很短的最速下降法，小时是高斯–牛顿法，残差小时二次收敛。",
  // optimizers.LevenbergMarquardt
  "87ae326c":
    "θ ← θ − (Jᵀ J + μ I)⁻¹ Jᵀ e，残差 e = p − y，J = ∂e/∂θ；Σ e² 下降时 μ ← μ / factor，否则 μ ← μ · factor 并重做这一步",
  // optimizers.LevenbergMarquardt.tolerance
  b65f8da7: "L 的所有 |梯度| 都不超过它时视为收敛。",
  // optimizers.LevenbergMarquardt.damping
  "85b20aa3":
    "初始阻尼 μ，以各行 Σ e² 为单位。如果最终损失很高，说明最初几步太长，单元已饱和：请从更大的值开始，例如 1。",
  // optimizers.LevenbergMarquardt.factor
  a324247e: "μ 下降和上升的倍数。",
  // optimizers.Lion
  "2b36be22": "“Lion”意为进化得到的符号动量：它是在程序空间中搜索得到的。",
  // optimizers.Lion.lr
  "05140738": "学习率（论文中的 η）；衰减也乘以它。",
  // optimizers.Lion.beta1
  aee614cf: "步进方向中 m 所占的比例。",
  // optimizers.Lion.beta2
  "342a8758": "g 的均值的衰减率。",
  // optimizers.MaxNorm
  "5a29328e": "‖w‖ 取自除最后一个轴外的所有轴：Dense 层 W 的一列，卷积的整个卷积核。",
  // optimizers.MaxNorm
  fee022d0: "对每个单元的输入权重 w：w ← w min(1, limit / ‖w‖)",
  // optimizers.MaxNorm.layers
  "625ee6a1":
    '路径："dense1" 表示其中有两个或更多轴的权重，"dense1/b" 表示该张量。默认是所有有两个或更多轴的权重。',
  // optimizers.MaxNorm.limit
  a5f66992: "‖w‖ 的最大值；与 dropout 合用时取 3 或 4。",
  // optimizers.Momentum
  "285229f3": "像一个沉重的球：一步是之前所有梯度步的衰减和。",
  // optimizers.Momentum.lr
  "3db7fa30": "学习率。它在求和之内：新的学习率只影响新的梯度。",
  // optimizers.Momentum.momentum
  "0b0ddcc3": "上一步的衰减率 μ。",
  // optimizers.Muon
  debe2668:
    "“Muon”意为经 Newton–Schulz 迭代正交化的动量。若 G = U S Vᵀ，则 NS(G) 约为 U Vᵀ：这一步具有动量的各个方向，且强度大致相同。",
  // optimizers.Muon
  f467a799:
    "m ← μ m + (1 − μ) g\nθ ← θ − lr (√max(1, columns / rows) O + λ θ)，O = NS(μ m + (1 − μ) g)，用于隐藏层的权重矩阵；其他张量用学习率为 adamw_ratio · lr 的 AdamW",
  // optimizers.Muon.lr
  "2c4726a8": "矩阵的学习率；衰减也乘以它。",
  // optimizers.Muon.momentum
  "193c335f": "矩阵的 g 的均值的衰减率 μ。",
  // optimizers.Muon.weight_decay
  "66c6568a": "所有张量的权重衰减率 λ。",
  // optimizers.Muon.adamw_ratio
  "3d4e4747": "AdamW 的学习率与 lr 之比（0.015 · 0.02 = 0.0003）。",
  // optimizers.Muon.beta1
  "24f7ce83": "AdamW 中 g 的均值和 g² 的均值的衰减率。",
  // optimizers.Muon.eps
  "61ede7c3": "AdamW 的常数 ε。",
  // optimizers.Nadam
  "9ba4ae4d":
    "带有 Nesterov 动量的 Adam：新的梯度立即起作用，如同已经多走了一步。m̂ 和 v̂ 与 Adam 相同。",
  // optimizers.Nesterov
  e6ee8cf5: "在球将要到达的位置取梯度的动量法：v ← μ v + lr ∇J(θ − μ v)，θ ← θ − v。",
  // optimizers.PolakRibiere
  "10fe9119":
    "g₋ 是这一步之前的梯度。梯度几乎不变时 β 为 0，方法会自行重新开始，因此它是通常的选择。",
  // optimizers.PolakRibiere
  "4df2d841": "θ ← θ + α d\nd ← −g + β d，β = max(0, gᵀ (g − g₋) / ‖g₋‖²)，α 由强 Wolfe 线搜索给出",
  // optimizers.RAdam
  "7f869d00":
    "“RAdam”意为修正的 Adam。最初几步 v 只是少数几个平方的均值，它的根并不可靠：这时只用动量走步，之后由 r < 1 缩短步长。",
  // optimizers.RAdam
  ca3e9b3c:
    "m ← β1 m + (1 − β1) g\nv ← β2 v + (1 − β2) g²\nρ > threshold 时 θ ← θ − lr r m̂ √(1 − β2ᵗ) / (√v + ε)，否则 θ ← θ − lr m̂，r = √((ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ))，ρ = ρ∞ − 2 t β2ᵗ / (1 − β2ᵗ)，ρ∞ = 2 / (1 − β2) − 1",
  // optimizers.RAdam.eps
  "6485ba59": "加到平方根上的常数 ε。论文中没有；这里取作者程序中的值。",
  // optimizers.RAdam.threshold
  "036c0569": "ρ 超过它之后平方均值才起作用；使 r 存在的最小值是 4。",
  // optimizers.RMSprop
  "621d203e": "每个梯度除以最近梯度的均方根。",
  // optimizers.RMSprop.lr
  f1e520fe: "学习率。它在动量的求和之内。",
  // optimizers.RMSprop.rho
  d7a82a29: "均值的衰减率 ρ。",
  // optimizers.RMSprop.momentum
  ab71c6fd: "动量 μ；0 即讲义中的规则。",
  // optimizers.RMSprop.centered
  da4c537a: "True：减去梯度均值的平方。",
  // optimizers.RMSprop.eps
  "5da34dcf": "平方根内的常数 ε。",
  // optimizers.RMSprop.initial_accumulator
  "417d2343": "E[g²] 的初始值。",
  // optimizers.Rprop
  "656660e2":
    "“Rprop”意为弹性反向传播。每个权重有自己的步长，它取决于梯度的符号，而不取决于梯度的大小。",
  // optimizers.Rprop
  "68324aad": "g 的符号不变时 Δ ← min(η⁺ Δ, Δmax)，改变时 Δ ← max(η⁻ Δ, Δmin)\nθ ← θ − sign(g) Δ",
  // optimizers.Rprop.lr
  "9d9fc8a5": "第一步的 Δ。只读取一次。",
  // optimizers.Rprop.grow
  "412934f6": "符号不变时步长的倍数 η⁺。",
  // optimizers.Rprop.shrink
  ea4aae93: "符号改变时步长的倍数 η⁻。",
  // optimizers.Rprop.smallest
  "05b85664": "步长的界限 Δmin 和 Δmax。",
  // optimizers.SGD
  "81e0198a": "在整个数据集、小批量或单行上做梯度下降，由 `fit(batch_size=...)` 决定。",
  // optimizers.SWA
  e4aa3acf:
    "从第 s 步开始计入。含有 BatchNorm 的网络需要 `net.averaged().calibrate(X)`，因为它的滑动统计量属于最后的权重。",
  // optimizers.SWA
  aa54ef48: "θ̄ = (θ_{s} + θ_{s+c} + θ_{s+2c} + ...) / n，每隔 c 步的权重的平均",
  // optimizers.SWA.start
  c8424d07: "开始计入的步 s，≥ 1；通常取总步数的四分之三。",
  // optimizers.SWA.every
  a54911ef: "相邻两次计入之间的步数 c，≥ 1；通常取一轮的步数。",
  // optimizers.UnitNorm
  e8c7f74a: "对每个单元的输入权重 w：w ← w / ‖w‖；全为 0 的权重保持为 0",
  // schedules.Constant.start
  "963cbf09": "每一步的值。",
  // schedules.Cosine
  "1cfc5ea0": "lr(t) = end + (start − end) (1 + cos(π n / steps)) / 2，n = min(t − 1, steps)",
  // schedules.Cosine.start
  "7f94fea7": "第一步的值。",
  // schedules.Cosine.steps
  "3c185425": "到达 `end` 的长度。None：一次 `fit` 的全程；下一次调用重新开始。",
  // schedules.Cosine.end
  "888508ea": "之后各步的值。",
  // schedules.CosineRestarts
  "90a009a1": "T 是周期的长度，即从一次重启到下一次重启。",
  // schedules.CosineRestarts
  "182eb092": "lr(t) = end + (start − end) (1 + cos(π n / T)) / 2，n 是上次重启以来的步数",
  // schedules.CosineRestarts.start
  "5f0ee606": "第一步以及每次重启后的值。",
  // schedules.CosineRestarts.steps
  "7905a1de": "第一个周期的长度 T。",
  // schedules.CosineRestarts.end
  "61b10b47": "每个周期结束时的值。",
  // schedules.CosineRestarts.growth
  a6e350fd: "下一个周期与前一个周期长度之比。",
  // schedules.Cyclic
  aabdbad5:
    "每个周期是一个三角形。cycle = ⌊1 + (t − 1) / (2 half)⌋，x = |(t − 1) / half − 2 cycle + 1|。",
  // schedules.Cyclic.low
  "1b7e80e9": "每个周期开始和结束时的值。",
  // schedules.Cyclic.high
  a08ca408: "第一个周期中点的值。",
  // schedules.Cyclic.half
  "1223576b": "半个周期的长度：从 `low` 到峰值。论文建议 2 到 10 轮。",
  // schedules.Cyclic.factor
  "10e31138": '下一个三角形与前一个高度之比；论文的 "triangular2" 为 0.5。',
  // schedules.Epochs
  "72a1a91b": "以轮数表示的长度，可用于学习率调度中任何需要步数的地方。",
  // schedules.Epochs.number
  c89fb01e: "多少轮；0.5 表示半轮。",
  // schedules.ExponentialDecay.steps
  "7b322eba": "数值乘以 `factor` 一次所经过的长度。",
  // schedules.ExponentialDecay.factor
  edd21bb8: "经过 `steps` 步后的倍数。",
  // schedules.InverseTimeDecay
  e445cd62: "它下降得足够慢，可以到达任何极小值（Σ lr = ∞）；又足够快，使噪声消失（Σ lr² < ∞）。",
  // schedules.InverseTimeDecay.steps
  "656871de": "经过这个长度后剩一半，两倍之后剩三分之一。",
  // schedules.LinearWarmup
  "4fa1e50e": "t < steps 时 lr(t) = then(1) t / steps，之后 lr(t) = then(t − steps + 1)",
  // schedules.LinearWarmup.then
  "180c5702":
    "预热之后的数或调度。调度从它的第一步开始。如果它持续一次 `fit` 的全程，则使用预热剩下的步数。",
  // schedules.LinearWarmup.steps
  "9c43448e": "达到完整数值的长度。",
  // schedules.OneCycle
  "533cd78c": "默认在前 30% 的步数内从 peak / 25 升到 peak，然后降到 peak / 250,000。",
  // schedules.OneCycle
  "599c910b": "lr(t) = to + (from − to) (1 + cos(π done)) / 2，先升到峰值再下降",
  // schedules.OneCycle.peak
  bda67fa1: "最大的值。",
  // schedules.OneCycle.steps
  "9e73c80c":
    "周期的长度，≥ 2。之后保持最后一步的值。None：一次 `fit` 的全程；下一次调用重新开始。",
  // schedules.OneCycle.rise
  "93f270d4": "到达峰值的步数所占比例。",
  // schedules.OneCycle.start_divisor
  f3df7aaf: "第一步的值是 peak / start_divisor。",
  // schedules.OneCycle.end_divisor
  ee03d396: "最后一步的值是 peak / start_divisor / end_divisor。",
  // schedules.PolynomialDecay
  "3215dee7": "power 为 1 时是一条直线。",
  // schedules.PolynomialDecay
  "2030cbcc": "lr(t) = end + (start − end) (1 − n / steps)^power，n = min(t − 1, steps)",
  // schedules.PolynomialDecay.power
  cfcfd6b6: "指数，> 0。",
  // schedules.ReduceOnPlateau
  "5ed9dbc8": "连续 `patience` 轮没有改进所监视的数，称为一个平台期。",
  // schedules.ReduceOnPlateau
  "4a9d17a3": "lr = max(start · factor^k, min_lr)，k 是至今的平台期个数",
  // schedules.ReduceOnPlateau.monitor
  "2a02de2f": '要监视的数的名称，例如 "val_loss"、"loss" 或 "val_accuracy"。',
  // schedules.ReduceOnPlateau.mode
  f4d30d08: '"min" 表示越小越好，"max" 表示越大越好。',
  // schedules.ReduceOnPlateau.factor
  d6d2e349: "一个平台期之后的倍数。",
  // schedules.ReduceOnPlateau.patience
  "2c3f1733": "没有改进的轮数，≥ 1。",
  // schedules.ReduceOnPlateau.min_delta
  "9ac1ad74": "小于它的变化不算改进。",
  // schedules.ReduceOnPlateau.min_lr
  "525b5b09": "最小的学习率。",
  // schedules.ReduceOnPlateau.cooldown
  d5451db7: "下降之后不计入的轮数，≥ 0。",
  // schedules.StepDecay.every
  "0906897f": "相邻两次下降之间的长度。",
  // schedules.StepDecay.factor
  "8ac62cad": "每次下降的倍数。",
};
