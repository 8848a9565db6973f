// Why the tracer refuses a network, an optimizer or a Program.

/** @type {import("../app/texts.js").BothLanguages} */
export const texts = {
  en: {
    // what is there
    no_layer: "This page has no layer {name}. Python has it: cr.{name}.",
    no_loss: "This page has no loss {name}.",
    no_class: "There is no {name}.",
    no_initializer: "There is no initializer {name}.",
    no_schedule: "There is no schedule {name}.",
    no_optimizer: "Expected an optimizer such as Adam, got {got}.",
    no_twin: "{name} needs the whole data set at once. It runs in Python, not in this page.",
    not_a_layer: "Expected a layer, got {got}.",
    no_layers: "{where}: expected at least one layer.",
    update_order:
      "Expected clips, then the optimizer, constraints and an average, got {got} before them.",
    // settings
    no_setting: "{where}: there is no setting {setting}. The settings are: {known}.",
    setting_missing: "{where}: {setting} is missing.",
    bad_name: "{where}: a name is a word without “/” or spaces, but this one is {name}.",
    name_twice: "Two layers have the name {path}. Rename one of them.",
    must_be_number: "{where}: {setting} must be a number, but it is {got}.",
    must_be_number_at_least: "{where}: {setting} must be a number ≥ {low}, but it is {got}.",
    must_be_number_above: "{where}: {setting} must be a number > {low}, but it is {got}.",
    must_be_number_at_least_at_most:
      "{where}: {setting} must be a number from {low} to {high}, but it is {got}.",
    must_be_number_at_least_below:
      "{where}: {setting} must be a number from {low} to below {high}, but it is {got}.",
    must_be_number_above_at_most:
      "{where}: {setting} must be a number above {low} and at most {high}, but it is {got}.",
    must_be_number_above_below:
      "{where}: {setting} must be a number between {low} and {high}, but it is {got}.",
    must_be_whole: "{where}: {setting} must be a whole number ≥ {low}, but it is {got}.",
    must_be_wholes:
      "{where}: {setting} must be a whole number ≥ {low}, or one for each axis, but it is {got}.",
    must_be_padding:
      "{where}: {setting} must be “valid”, “same” or a whole number ≥ 0, but it is {got}.",
    must_be_sides:
      "{where}: padding must be one whole number, two (above and below, left and right) or four (top, bottom, left, right), but it is {got}.",
    must_be_shape: "{where}: expected whole numbers ≥ 1, such as 28, 28, 1, got {got}.",
    must_be_truth: "{where}: {setting} must be True or False, but it is {got}.",
    must_be_word: "{where}: {setting} must be a word, but it is {got}.",
    must_be_one_of: "{where}: {setting} must be one of {words}, but it is {got}.",
    must_be_penalty: "{where}: {setting} must be L1, L2 or ElasticNet, but it is {got}.",
    must_be_initializer:
      "{where}: {setting} must be an initializer, a number or an array, but it is {got}.",
    must_be_length:
      "{where}: {setting} must be a whole number of steps ≥ {low}, or Epochs, but it is {got}.",
    must_be_paths: "{where}: {setting} must be paths of layers, such as dense1, but it is {got}.",
    schedule_number: "{where}: {setting} must be a number ≥ 0 at step {step}, but it is {got}.",
    no_monitor: "The schedule reads {monitor}, but an epoch has {known}.",
    seed: "The seed must be a whole number, 0 ≤ seed < 2³², but it is {got}.",
    // shapes
    one_input: "This page traces networks with one input, x.",
    input_shape: "Expected the shape of one row, whole numbers ≥ 1, got {got}.",
    rows_flatten: "{where}: expected input of shape (N, D), got {got}. Put Flatten before it.",
    rows_column: "{where}: expected input of shape (N, D), got {got}: one column at least.",
    channels: "{where}: expected input with channels, (N, D), got {got}. Put Reshape(1) before it.",
    positions:
      "{where}: expected input with positions and channels, (N, H, W, C), got {got}. Dropout drops single values.",
    image: "{where}: expected images (N, H, W, C), got {got}. Put Reshape before it.",
    channels_first: "{where}: expected images (N, C, H, W), got {got}. Put Reshape before it.",
    sequence: "{where}: expected sequences (N, T, C), got {got}. Put Reshape before it.",
    groups:
      "{where}: {groups} groups do not divide the {channels} channels of {got}. Choose a divisor of the channels.",
    groups_filters: "{where}: {groups} groups do not divide the {filters} filters.",
    kernel_too_large:
      '{where}: expected at least {expected} pixels, padding included, got {got}. Take a smaller kernel, or padding="same".',
    window_too_large:
      "{where}: expected at least {expected} pixels, got {got}. Take a smaller window.",
    window_too_long:
      "{where}: expected at least {expected} steps, got {got}. Take a smaller window.",
    reshape:
      "{where}: expected {size} values in a row, got {got}. The product of the sizes must stay the same.",
    shapes_do_not_fit:
      "{where}: the shapes {shapes} do not fit {equation}. Look at the layer before.",
    branches:
      "{where}: expected branches that differ in the last axis only, got {got}. Give them the same strides and padding.",
    columns: "{where}: expected input (N, D) with D ≥ {stop}, got {got}.",
    nothing_left:
      "{where}: expected an output of at least 1 x 1 pixels, got {got}. Take less padding.",
    shared_shape: "{where}: expected the shape {expected} of the shared parameters, got {got}.",
    shared_layer: "{where}: the tower {tower} already has another layer. Share equal layers.",
    moved_twice: "{where}: a shared layer cannot keep running statistics. Use LayerNorm.",
    too_large: "{where}: {numbers} numbers in one tensor are too many. Take fewer units.",
    tie: "{where}: expected an earlier layer {tie} with W of shape {expected}, got {got}.",
    tie_penalty: "{where}: with tie, give the penalty to {tie}, which has the weights.",
    not_real: "{where}: expected real numbers, got the whole numbers {value}.",
    not_index:
      "{where}: expected whole numbers straight from an input. Make Embedding the first layer.",
    given_numbers: "init: expected an array of finite numbers.",
    given_shape: "init: expected an array of shape {expected}, got {got}.",
    identity_matrix: "Identity: expected a matrix to fill, got the shape {got}.",
    // losses
    scores: "{where}: expected (N, K), one score for each class, got {got}. End with Dense(K).",
    one_score:
      "{where}: expected at least two outputs, one for each class, got {got}. One output needs SigmoidCrossEntropy.",
    vectors: "{where}: expected (N, K), got {got}. Put Flatten at the end.",
    means_and_logs:
      "{where}: expected (N, 2 K), got {got}. End with Dense(2 K) for K targets: K means, then K numbers log σ².",
    loss_of_rows: "The loss: expected one number for each row, got {got}.",
    link_twice: "{loss} and predict apply the link themselves: remove {layer} at the end.",
    // bytes
    broken_bytes: "These bytes are not a Program of chainrule, or they are damaged.",
  },
  zh: {
    no_layer: "本页没有 {name} 层；Python 中有：cr.{name}。",
    no_loss: "本页没有损失函数 {name}。",
    no_class: "没有 {name}。",
    no_initializer: "没有初始化方法 {name}。",
    no_schedule: "没有学习率调度 {name}。",
    no_optimizer: "这里需要一个优化器，例如 Adam，而不是 {got}。",
    no_twin: "{name} 每一步都要用全部数据，只能在 Python 中运行，不能在本页运行。",
    not_a_layer: "这里需要一个层，而不是 {got}。",
    no_layers: "{where}：至少需要一层。",
    update_order: "顺序应为：梯度裁剪、优化器、约束、平均；但前面出现了 {got}。",
    no_setting: "{where}：没有名为 {setting} 的参数。可用的参数有：{known}。",
    setting_missing: "{where}：缺少 {setting}。",
    bad_name: "{where}：名称须是一个词，不含“/”和空格，而不是 {name}。",
    name_twice: "有两层都叫 {path}，请改掉其中一个名称。",
    must_be_number: "{where}：{setting} 须是一个数，而不是 {got}。",
    must_be_number_at_least: "{where}：{setting} 须是 ≥ {low} 的数，而不是 {got}。",
    must_be_number_above: "{where}：{setting} 须是 > {low} 的数，而不是 {got}。",
    must_be_number_at_least_at_most: "{where}：{setting} 须在 {low} 到 {high} 之间，而不是 {got}。",
    must_be_number_at_least_below: "{where}：{setting} 须 ≥ {low} 且 < {high}，而不是 {got}。",
    must_be_number_above_at_most: "{where}：{setting} 须 > {low} 且 ≤ {high}，而不是 {got}。",
    must_be_number_above_below: "{where}：{setting} 须 > {low} 且 < {high}，而不是 {got}。",
    must_be_whole: "{where}：{setting} 须是 ≥ {low} 的整数，而不是 {got}。",
    must_be_wholes: "{where}：{setting} 须是 ≥ {low} 的整数，或每个轴一个，而不是 {got}。",
    must_be_padding: "{where}：{setting} 须是“valid”、“same”或 ≥ 0 的整数，而不是 {got}。",
    must_be_sides:
      "{where}：padding 须是一个整数、两个（上下、左右）或四个（上、下、左、右），而不是 {got}。",
    must_be_shape: "{where}：这里需要 ≥ 1 的整数，例如 28, 28, 1，而不是 {got}。",
    must_be_truth: "{where}：{setting} 须是 True 或 False，而不是 {got}。",
    must_be_word: "{where}：{setting} 须是一个词，而不是 {got}。",
    must_be_one_of: "{where}：{setting} 须是 {words} 之一，而不是 {got}。",
    must_be_penalty: "{where}：{setting} 须是 L1、L2 或 ElasticNet，而不是 {got}。",
    must_be_initializer: "{where}：{setting} 须是初始化方法、一个数或一个数组，而不是 {got}。",
    must_be_length: "{where}：{setting} 须是 ≥ {low} 的整数步数，或 Epochs，而不是 {got}。",
    must_be_paths: "{where}：{setting} 须是层的路径，例如 dense1，而不是 {got}。",
    schedule_number: "{where}：第 {step} 步的 {setting} 须是 ≥ 0 的数，而不是 {got}。",
    no_monitor: "调度要读取 {monitor}，但一轮只有 {known}。",
    seed: "随机种子须是整数，0 ≤ seed < 2³²，而不是 {got}。",
    one_input: "本页只处理有一个输入 x 的网络。",
    input_shape: "这里需要一行数据的形状（≥ 1 的整数），而不是 {got}。",
    rows_flatten: "{where}：输入形状须是 (N, D)，而不是 {got}。请在前面加 Flatten。",
    rows_column: "{where}：输入形状须是 (N, D)，而不是 {got}：至少要有一列。",
    channels: "{where}：输入须有通道，(N, D)，而不是 {got}。请在前面加 Reshape(1)。",
    positions: "{where}：输入须有位置和通道，(N, H, W, C)，而不是 {got}。丢弃单个值请用 Dropout。",
    image: "{where}：输入须是图像 (N, H, W, C)，而不是 {got}。请在前面加 Reshape。",
    channels_first: "{where}：输入须是图像 (N, C, H, W)，而不是 {got}。请在前面加 Reshape。",
    sequence: "{where}：输入须是序列 (N, T, C)，而不是 {got}。请在前面加 Reshape。",
    groups: "{where}：组数 {groups} 不能整除 {got} 的 {channels} 个通道。请选通道数的约数。",
    groups_filters: "{where}：组数 {groups} 不能整除 {filters} 个卷积核。",
    kernel_too_large:
      '{where}：连同填充至少需要 {expected} 个像素，现在是 {got}。请用更小的卷积核，或 padding="same"。',
    window_too_large: "{where}：至少需要 {expected} 个像素，现在是 {got}。请用更小的窗口。",
    window_too_long: "{where}：至少需要 {expected} 步，现在是 {got}。请用更小的窗口。",
    reshape: "{where}：每行需要 {size} 个值，现在是 {got}。各尺寸的乘积必须不变。",
    shapes_do_not_fit: "{where}：形状 {shapes} 不符合 {equation}。请检查前一层。",
    branches: "{where}：各分支只能在最后一个轴上不同，现在是 {got}。请用相同的步幅和填充。",
    columns: "{where}：输入须是 (N, D) 且 D ≥ {stop}，而不是 {got}。",
    nothing_left: "{where}：输出至少要有 1 x 1 个像素，现在是 {got}。请减少填充。",
    shared_shape: "{where}：共享参数的形状是 {expected}，这里却需要 {got}。",
    shared_layer: "{where}：{tower} 已有另一个层。只有相同的层才能共享。",
    moved_twice: "{where}：共享的层不能保存滑动统计量。请用 LayerNorm。",
    too_large: "{where}：一个张量有 {numbers} 个数，太多了。请减少单元数。",
    tie: "{where}：前面须有一层 {tie}，其 W 的形状是 {expected}，现在是 {got}。",
    tie_penalty: "{where}：用 tie 时，请把惩罚项给持有权重的 {tie}。",
    not_real: "{where}：这里需要实数，而 {value} 是整数编号。",
    not_index: "{where}：这里需要直接来自输入的整数编号。请把 Embedding 放在第一层。",
    given_numbers: "init：这里需要由有限的数组成的数组。",
    given_shape: "init：数组的形状须是 {expected}，而不是 {got}。",
    identity_matrix: "Identity：只能填充矩阵，而形状是 {got}。",
    scores: "{where}：输出须是 (N, K)，每类一个分数，而不是 {got}。请以 Dense(K) 结尾。",
    one_score:
      "{where}：至少需要两个输出，每类一个，而不是 {got}。一个输出请用 SigmoidCrossEntropy。",
    vectors: "{where}：输出须是 (N, K)，而不是 {got}。请在末尾加 Flatten。",
    means_and_logs:
      "{where}：输出须是 (N, 2 K)，而不是 {got}。K 个目标请以 Dense(2 K) 结尾：先 K 个均值，再 K 个 log σ²。",
    loss_of_rows: "损失须为每行一个数，而不是 {got}。",
    link_twice: "{loss} 和 predict 会自己应用连接函数：请去掉末尾的 {layer}。",
    broken_bytes: "这些字节不是 chainrule 的 Program，或者已经损坏。",
  },
};
