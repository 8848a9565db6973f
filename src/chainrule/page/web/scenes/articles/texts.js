// The words of this scene.

/** @type {import("../../app/texts.js").BothLanguages} */
export const texts = {
  en: {
    title: "Articles",
    lead: "Three short programs from which many people learned neural networks. Each runs here with its exact numbers: line by line, step by step, forward and back.",
    run: "The run",
    play: "Play",
    step: "Next step",
    back: "Step back",
    reset: "To the beginning",
    all: "Run all",
    at: "after {step} of {steps} updates",
    "step.name": "update",
    "step.slider": "Updates done",
    "step.help":
      "The number of updates that the weights have had. 0 shows the weights at the beginning; every other number shows the weights after that update.",
    computing: "The page is still computing this step.",
    lines: "Line by line",
    "lines.help":
      "The lines of the update that comes next. The numbers beside a line are what the line makes. Go through them with the arrows, or choose a line.",
    "line.next": "Next line",
    "line.back": "One line back",
    before: ", before this update",
    picture: "The weights",
    "picture.help":
      "Each line is a weight: the wider, the larger its size. A dashed line is a negative weight. The numbers in the circles are the values of the inputs and units.",
    "picture.name": "The network. Weights: {weights}",
    "picture.key":
      "Inputs {x}. Solid: positive weights. Dashed: negative. The widest line: {largest}.",
    loss: "Loss",
    "loss.now": "Loss after {step} updates: {loss}",
    early: "Only the first {n} updates",
    answers: "Answers",
    "answers.help": "What the network answers to each row of inputs, and how these answers moved.",
    "answer.column": "answer",
    target: "target",
    never: "never shown",
    ask: "Ask it a question",
    input: "Input {n}",
    "input.column": "input",
    weight: "weight",
    product: "product",
    products: "Inputs times weights",
    sum: "sum z",
    answer: "The answer to {x} is",
    printed: "(the article prints {number})",
    hidden: "The hidden units give {hidden}. Their weighted sum is z = {z}.",
    "note.zero":
      "z is 0 whatever the weights are, and σ(0) is one half. Without a bias this neuron always says 0.5 here.",
    "note.seen": "This row is one of the four examples.",
    "note.unsure":
      "z is near 0, so the answer is near one half: the network does not know. The examples say nothing about such inputs.",
    "note.far":
      "These numbers are unlike all examples. The network answers anyway, and an answer near 0 or 1 does not mean that it knows.",
    "note.new":
      "No example is like this one. The neuron answers it from the rule that its weights hold.",
    "note.unseen": "No example is like this one. Nothing in training asked for this answer.",
    compare: "Beside the article",
    "compare.help":
      "The same numbers from three sources: the article's lines on the left of this page, chainrule's engine with a loss and SGD, and what the article prints.",
    what: "value",
    "lines.column": "these lines",
    engine: "engine",
    published: "article",
    "engine.works": "The engine is computing.",
    "engine.failed": "The engine did not start here, so this column stays empty.",
    "engine.difference": "The largest difference between the lines and the engine is {most}.",
    surprises: "What surprises",
    seed: "Seed",
    yes: "yes",
    no: "no",

    "neuron.title": "Nine lines: one neuron",
    "neuron.about":
      "Milo Spencer-Harper, “How to build a simple neural network in 9 lines of Python code” (2015). One neuron with three inputs sees four examples; the answer is always the first input. After 10,000 updates it is asked about a row that it never saw, 1 0 0. M. J. Garbade (2018) trains the same neuron for 15,000 updates and asks the reader for three inputs.",
    "neuron.steps": "Updates",
    "neuron.harper": "10,000 (2015)",
    "neuron.garbade": "15,000 (2018)",
    "neuron.steps.help":
      "The article of 2015 stops after 10,000 updates, the one of 2018 after 15,000. The neuron and its start are the same.",
    "neuron.z": "the weighted sum of each example's inputs",
    "neuron.o": "the sigmoid makes an answer between 0 and 1",
    "neuron.error": "how far each answer is from its target",
    "neuron.slope": "the slope of the sigmoid, written with its output",
    "neuron.delta": "an error counts less where the sigmoid is flat",
    "neuron.w": "each weight moves by its inputs times delta, summed over the examples",
    "neuron.ask": "Type any three numbers. The examples held only zeros and ones.",
    "neuron.loss": "Half the sum of the squared errors of the four examples.",
    "neuron.loss.equation": "L = ½ Σₙ (p − y)²",

    "two_layer.title": "Two layers, 1,500 steps",
    "two_layer.about":
      "James Loy, “How to build your own neural network from scratch in Python” (2018). Three inputs, four hidden sigmoid units, one sigmoid output, no biases. The target is the exclusive or of the first two inputs. Weights start between 0 and 1; the learning rate is 1, though the article never mentions it.",
    "two_layer.seed":
      "The seed of NumPy's old random numbers (RandomState), from which W1 and then W2 are drawn. The article gives none.",
    "two_layer.h": "the hidden units' answers to all four rows",
    "two_layer.o": "the output for all four rows",
    "two_layer.delta2": "the slope of the loss at the output's sum, with the sign turned",
    "two_layer.dW2": "how W2 should move",
    "two_layer.delta1": "the same slope, brought back through W2 to the hidden units",
    "two_layer.dW1": "how W1 should move",
    "two_layer.W1": "one step with learning rate 1",
    "two_layer.W2": "one step with learning rate 1",
    "two_layer.ask":
      "Type any three numbers. In the examples the third input is always 1: it works as a bias.",
    "two_layer.loss": "The sum of the squared errors of the four rows.",
    "two_layer.loss.equation": "L = Σₙ (p − y)²",
    "two_layer.published":
      "The article prints its answers without a seed, so they come out only roughly. It prints the last forward pass, which comes before the last update: that is step 1,499 here.",
    "two_layer.many": "Train {n} seeds",
    "two_layer.counted":
      "{n} seeds: the loss never rose in {falling}; {solved} ended with all four answers on the right side of 0.5. The loss stayed above 0.9 for {median} updates (the median).",
    "two_layer.lost": "Not solved: seed {seeds}. It waits on a lower plateau.",

    "xor.title": "XOR, right and wrong",
    "xor.about":
      "R. Szabo, “Neural Networks in Python” (2013), a class that many courses copied. Layers 2-2-1, with a constant 1 as third input and one more hidden unit than it says. Each of 10,000 steps takes one row at random, learning rate 0.2. The class takes its derivatives at the wrong place. Choose which one runs.",
    "xor.derivative": "Derivative",
    "xor.right": "right",
    "xor.published": "as published",
    "xor.derivative.help":
      "The class has a function 1 − tanh(x)², which is right for x = z. But it is called with the activation a = tanh(z), so it computes 1 − tanh(a)². For the activation the right form is 1 − a².",
    "xor.activation": "Activation",
    "xor.logistic": "logistic",
    "xor.activation.help":
      "The function of the hidden units and of the output. The article begins with tanh.",
    "xor.seed":
      "The seed of NumPy's old random numbers (RandomState): first the weights are drawn, then the rows. The article gives none.",
    "xor.i": "which of the four rows this step sees",
    "xor.a0": "its inputs, and the constant 1",
    "xor.a1": "the three hidden units",
    "xor.a2": "the answer",
    "xor.delta2": "the error times the slope at the output",
    "xor.delta1": "brought back through W2, times the slopes of the hidden units",
    "xor.W2": "one step with learning rate 0.2",
    "xor.W1": "one step with learning rate 0.2",
    "xor.ask": "Type two numbers. The constant 1 is added.",
    "xor.loss": "Half the squared error, mean of the four rows.",
    "xor.loss.equation": "L = ¼ Σₙ ½ (p − y)²",
    "xor.compare":
      "The article prints 0.98766 for 0 1. Does its own code give that? The check compares the rule's gradient with the measured slope of the loss.",
    "xor.slopes": "The slope of the activation, both ways",
    "xor.slope": "slope",
    "xor.units": "the units of this step",
    "xor.settle": "Run all four variants, four seeds each",
    "xor.settled": "Where each variant settles",
    "xor.variant": "variant",
    "xor.one": "{activation}, {derivative}",
    "xor.solved": "solved",
    "xor.printed": "the article prints (tanh)",
    "check.right": "The gradient is right.",
    "check.wrong": "The gradient is wrong.",
    "check.by":
      "Against central differences of the loss of row {row}, its worst error is {worst} of the largest entry.",

    half: "0 0 0 is answered 0.5 for ever",
    "half.why":
      "z = 0 w1 + 0 w2 + 0 w3 is 0 whatever the weights are, and σ(0) is one half. Training cannot help: the gradient of that row is 0 too. A bias would help. In the examples the third input is always 1 and works as one; in 0 1 0 it is 0, so that answer stays near 0.448.",
    same: "“Three layers” are the same neuron",
    "same.why":
      "The article of 2018 speaks of three layers, but it trains this single neuron, from the same start, for 15,000 updates instead of 10,000. Its answer to 1 0 0 moves from 0.99993704 to 0.9999584: only the fifth digit changes.",
    rule: "The lines never mention a loss",
    "rule.why":
      "The rule is a gradient step with learning rate 1 on half the sum of squares, so chainrule derives it from that loss. Learning rate 100 gets stuck: the neuron then answers nearly 1 for every row.",
    slope: "Why o (1 − o)?",
    "slope.why":
      "The derivative of the sigmoid is σ(z) (1 − σ(z)). The lines already have o = σ(z), so they write o (1 − o). It is a derivative with respect to z, written with the output. Passing z to it would be wrong.",
    float: "The eighth digit needs float64",
    "float.why":
      "With float32 the answer to 1 0 0 is 0.99993706 instead of 0.99993704. Everything on this page of articles is computed with 64 bits.",
    plateau: "Why the loss waits at 1",
    "plateau.why":
      "All weights start positive, so all rows get about the same answer. One or two updates bring all four to 0.5: the loss is 4 × 0.5² = 1. There two rows pull up and two pull down, and their pulls nearly cancel. What is left grows slowly, until the hidden units tell the rows apart; then the loss falls.",
    last: "The printed answers are one update old",
    "last.why":
      "The article runs forward, then updates, and at the end prints the output of the last forward pass. After the last update the answers differ from the fifth digit on. Compare step 1,499 with step 1,500.",
    rate: "A learning rate that nobody mentions",
    "rate.why":
      "The weights move by the whole gradient of the sum of squares: the learning rate is 1. A library that takes the mean over the four rows makes steps four times as small with the same number.",
    tail: "The small error is unfinished training",
    "tail.why":
      "The article takes the small error that is left as a guard against overfitting. But four rows are the whole truth table: there are no other data. A sigmoid reaches 0 and 1 only at infinity, and its slope fades on the way. Twice as many updates leave a little less than half the loss.",
    seeds: "Nearly every seed succeeds",
    "seeds.why":
      "Of the seeds 0 to 999, all but one end with four right answers, and the loss never rises. Seed 67 gives up two rows and ends with a loss of 0.5046. Try it.",
    mistake: "The printed answers do not come from the printed class",
    "mistake.why":
      "With the right derivative the answer to 0 1 settles between 0.978 and 0.989, and the article prints 0.98766. The published class goes further: 0.9978 to 0.9986. So the answers were printed by another version of the code.",
    notice: "Would you have noticed?",
    "notice.why":
      "Hardly. The published slope is always positive, so the network still goes downhill, and its answers even look better: the wrong slope stays large where the right one fades. At a = 0.99 the right slope is 0.0199, the published one 0.4264. A gradient check tells them apart at once.",
    logistic: "Logistic units wait at 0.5",
    "logistic.why":
      "With logistic units, 0 of 200 seeds solve XOR in 10,000 steps, with either derivative. At the start every z is near 0, so all answers are near 0.5, and there the network is nearly a straight line, on which the pulls of the rows cancel. It is a plateau, not the end: with learning rate 1 and 100,000 steps, 50 of 60 solve it.",
    unit: "A hidden unit that nobody asked for",
    "unit.why":
      "The class adds a constant 1 to the input as a bias. It also makes the hidden layer one unit wider, but this unit is not constant: it is an ordinary unit that learns. The output has no bias.",

    "link.unknown": "“{name}” is not a setting of the articles.",
    "link.wrong": "The setting “{name}” has a value that it cannot have.",
    "python.other":
      "This is not the code of an article. Its first line must be “# chainrule lab: articles, …”. Copy the code above and change its numbers.",
    "python.missing": "The line with {name} was not found, or is written in another way.",
    "python.range": "A number in this code is outside of what the article has.",
  },
  zh: {
    title: "文章",
    lead: "三个短小的程序，许多人就是从它们开始学习神经网络的。这里用完全相同的数字运行它们：逐行、逐步，可前进也可后退。",
    run: "运行",
    play: "播放",
    step: "下一步",
    back: "退一步",
    reset: "回到开头",
    all: "全部运行",
    at: "共 {steps} 次更新，已完成 {step} 次",
    "step.name": "更新次数",
    "step.slider": "已完成的更新",
    "step.help": "权重已经更新的次数。0 表示初始权重；其他数字表示该次更新之后的权重。",
    computing: "页面仍在计算这一步。",
    lines: "逐行查看",
    "lines.help":
      "下一次更新所执行的各行代码。每行旁边的数字就是该行的结果。用箭头逐行移动，或直接选择一行。",
    "line.next": "下一行",
    "line.back": "退一行",
    before: "（更新之前）",
    picture: "权重",
    "picture.help":
      "每条线是一个权重：线越粗，绝对值越大；虚线表示负权重。圆圈里的数字是输入和各单元的值。",
    "picture.name": "网络图。权重：{weights}",
    "picture.key": "输入 {x}。实线：正权重；虚线：负权重。最粗的线：{largest}。",
    loss: "损失",
    "loss.now": "{step} 次更新后的损失：{loss}",
    early: "只看前 {n} 次更新",
    answers: "输出",
    "answers.help": "网络对每一行输入的输出，以及这些输出如何变化。",
    "answer.column": "输出",
    target: "目标",
    never: "从未见过",
    ask: "向它提问",
    input: "输入 {n}",
    "input.column": "输入",
    weight: "权重",
    product: "乘积",
    products: "输入乘以权重",
    sum: "和 z",
    answer: "对 {x} 的回答是",
    printed: "（文章给出 {number}）",
    hidden: "隐藏单元的值为 {hidden}。它们的加权和为 z = {z}。",
    "note.zero":
      "无论权重是多少，z 都是 0，而 σ(0) 等于二分之一。没有偏置，这个神经元在这里永远回答 0.5。",
    "note.seen": "这一行是四个样本之一。",
    "note.unsure":
      "z 接近 0，所以输出接近二分之一：网络并不知道答案。样本没有告诉它这类输入该如何回答。",
    "note.far": "这些数与所有样本都不同。网络照样会回答，但输出接近 0 或 1 并不意味着它知道。",
    "note.new": "没有哪个样本与它相同。神经元根据权重中的规律作出回答。",
    "note.unseen": "没有哪个样本与它相同。训练中没有任何东西要求这个输出。",
    compare: "与文章对照",
    "compare.help":
      "同一个数有三个来源：本页左侧文章的代码、chainrule 引擎（损失加 SGD）、文章给出的数字。",
    what: "值",
    "lines.column": "这些代码",
    engine: "引擎",
    published: "文章",
    "engine.works": "引擎正在计算。",
    "engine.failed": "引擎在这里没有启动，所以这一列为空。",
    "engine.difference": "这些代码与引擎之间的最大差别是 {most}。",
    surprises: "出人意料之处",
    seed: "随机种子",
    yes: "是",
    no: "否",

    "neuron.title": "九行代码：一个神经元",
    "neuron.about":
      "Milo Spencer-Harper，《How to build a simple neural network in 9 lines of Python code》（2015）。一个有三个输入的神经元看四个样本；答案总是第一个输入。更新 10,000 次之后，问它从未见过的一行：1 0 0。M. J. Garbade（2018）把同一个神经元训练 15,000 次，然后请读者输入三个数。",
    "neuron.steps": "更新次数",
    "neuron.harper": "10,000（2015）",
    "neuron.garbade": "15,000（2018）",
    "neuron.steps.help":
      "2015 年的文章更新 10,000 次，2018 年的文章更新 15,000 次。神经元及其初始权重相同。",
    "neuron.z": "每个样本输入的加权和",
    "neuron.o": "sigmoid 函数给出 0 到 1 之间的输出",
    "neuron.error": "每个输出与目标相差多少",
    "neuron.slope": "sigmoid 的斜率，用它的输出写出",
    "neuron.delta": "在 sigmoid 平坦的地方，误差的作用较小",
    "neuron.w": "每个权重的变化是输入乘以 delta，对样本求和",
    "neuron.ask": "输入任意三个数。样本中只有 0 和 1。",
    "neuron.loss": "四个样本误差平方和的一半。",
    "neuron.loss.equation": "L = ½ Σₙ (p − y)²",

    "two_layer.title": "两层网络，1,500 步",
    "two_layer.about":
      "James Loy，《How to build your own neural network from scratch in Python》（2018）。三个输入、四个 sigmoid 隐藏单元、一个 sigmoid 输出，没有偏置。目标是前两个输入的异或。权重从 0 到 1 之间开始；学习率是 1，尽管文章从未提到它。",
    "two_layer.seed":
      "NumPy 旧随机数（RandomState）的种子，先生成 W1，再生成 W2。文章没有给出种子。",
    "two_layer.h": "隐藏单元对四行输入的输出",
    "two_layer.o": "四行输入的网络输出",
    "two_layer.delta2": "损失对输出加权和的斜率，符号取反",
    "two_layer.dW2": "W2 应当如何变化",
    "two_layer.delta1": "同一斜率，经 W2 传回隐藏单元",
    "two_layer.dW1": "W1 应当如何变化",
    "two_layer.W1": "学习率为 1 的一步",
    "two_layer.W2": "学习率为 1 的一步",
    "two_layer.ask": "输入任意三个数。样本中第三个输入总是 1：它起到偏置的作用。",
    "two_layer.loss": "四行误差的平方和。",
    "two_layer.loss.equation": "L = Σₙ (p − y)²",
    "two_layer.published":
      "文章给出了输出，但没有给出种子，所以只能大致重现。它打印的是最后一次前向传播的结果，即最后一次更新之前：在这里是第 1,499 步。",
    "two_layer.many": "训练 {n} 个种子",
    "two_layer.counted":
      "{n} 个种子：其中 {falling} 个的损失从未上升；{solved} 个最终四个输出都在 0.5 的正确一侧。损失停留在 0.9 以上的更新次数，中位数为 {median}。",
    "two_layer.lost": "未解决：种子 {seeds}。它停在一个较低的平台上。",

    "xor.title": "异或：对与错",
    "xor.about":
      "R. Szabo，《Neural Networks in Python》（2013），许多课程都抄用了这个类。结构 2-2-1，外加常数 1 作为第三个输入，隐藏层比它说的多一个单元。10,000 步中每步随机取一行，学习率 0.2。这个类在错误的位置求导。请选择运行哪一种。",
    "xor.derivative": "导数",
    "xor.right": "正确的",
    "xor.published": "文章发表的",
    "xor.derivative.help":
      "这个类中有函数 1 − tanh(x)²，当 x = z 时是对的。但调用时传入的是激活值 a = tanh(z)，于是算出的是 1 − tanh(a)²。对激活值而言，正确的形式是 1 − a²。",
    "xor.activation": "激活函数",
    "xor.logistic": "logistic",
    "xor.activation.help": "隐藏单元和输出所用的函数。文章从 tanh 开始。",
    "xor.seed": "NumPy 旧随机数（RandomState）的种子：先生成权重，再抽取各行。文章没有给出种子。",
    "xor.i": "这一步看四行中的哪一行",
    "xor.a0": "它的输入，加上常数 1",
    "xor.a1": "三个隐藏单元",
    "xor.a2": "输出",
    "xor.delta2": "误差乘以输出处的斜率",
    "xor.delta1": "经 W2 传回，再乘以隐藏单元的斜率",
    "xor.W2": "学习率为 0.2 的一步",
    "xor.W1": "学习率为 0.2 的一步",
    "xor.ask": "输入两个数。常数 1 会自动加上。",
    "xor.loss": "误差平方的一半，四行的平均值。",
    "xor.loss.equation": "L = ¼ Σₙ ½ (p − y)²",
    "xor.compare":
      "文章对 0 1 给出 0.98766。它自己的代码能得到这个数吗？梯度检查把该规则的梯度与实测的损失斜率作比较。",
    "xor.slopes": "激活函数的斜率，两种写法",
    "xor.slope": "斜率",
    "xor.units": "这一步的各单元",
    "xor.settle": "运行四种变体，每种四个种子",
    "xor.settled": "每种变体最终停在哪里",
    "xor.variant": "变体",
    "xor.one": "{activation}，{derivative}",
    "xor.solved": "已解决",
    "xor.printed": "文章给出（tanh）",
    "check.right": "梯度正确。",
    "check.wrong": "梯度错误。",
    "check.by": "与第 {row} 行损失的中心差分相比，最大误差是最大分量的 {worst} 倍。",

    half: "0 0 0 的输出永远是 0.5",
    "half.why":
      "无论权重是多少，z = 0 w1 + 0 w2 + 0 w3 都是 0，而 σ(0) 等于二分之一。训练也无济于事：这一行的梯度同样是 0。加上偏置就行。样本中第三个输入总是 1，起到偏置的作用；在 0 1 0 中它是 0，所以输出停在 0.448 附近。",
    same: "“三层”其实是同一个神经元",
    "same.why":
      "2018 年的文章谈到三层，但训练的就是这一个神经元，初始权重相同，只是更新 15,000 次而不是 10,000 次。对 1 0 0 的回答从 0.99993704 变为 0.9999584：只有第五位数字改变。",
    rule: "代码里从未提到损失",
    "rule.why":
      "这条规则就是对误差平方和的一半做学习率为 1 的梯度下降，所以 chainrule 能从这个损失推导出它。学习率取 100 会卡住：神经元对每一行的输出都接近 1。",
    slope: "为什么是 o (1 − o)？",
    "slope.why":
      "sigmoid 的导数是 σ(z) (1 − σ(z))。代码已经有 o = σ(z)，所以写成 o (1 − o)。这是对 z 的导数，用输出来书写。如果把 z 传给它，就错了。",
    float: "第八位数字需要 float64",
    "float.why":
      "用 float32，对 1 0 0 的回答是 0.99993706，而不是 0.99993704。本场景的所有计算都用 64 位。",
    plateau: "为什么损失停在 1",
    "plateau.why":
      "所有权重都从正数开始，所以各行的输出大致相同。一两次更新后，四个输出都到了 0.5：损失为 4 × 0.5² = 1。此时两行往上拉，两行往下拉，几乎互相抵消。剩下的部分慢慢增长，直到隐藏单元能区分各行，损失才下降。",
    last: "打印的输出早了一次更新",
    "last.why":
      "文章先做前向传播，再更新，最后打印的是最后一次前向传播的输出。最后一次更新之后，输出从第五位数字起就不同了。请比较第 1,499 步与第 1,500 步。",
    rate: "没有人提到的学习率",
    "rate.why":
      "权重按误差平方和的整个梯度移动：学习率是 1。如果某个库对四行取平均，用同样的学习率，步长就只有四分之一。",
    tail: "剩下的小误差是训练尚未完成",
    "tail.why":
      "文章认为剩下的小误差可以防止过拟合。但四行就是整个真值表，没有其他数据。sigmoid 只有在无穷远处才达到 0 和 1，途中斜率逐渐消失。更新次数加倍，损失只剩不到一半。",
    seeds: "几乎每个种子都成功",
    "seeds.why":
      "在种子 0 到 999 中，除了一个以外，最终四个输出都正确，损失也从不上升。种子 67 放弃了两行，最终损失为 0.5046。试试看。",
    mistake: "给出的输出并非来自给出的代码",
    "mistake.why":
      "用正确的导数，对 0 1 的输出停在 0.978 到 0.989 之间，文章给出 0.98766。发表的代码走得更远：0.9978 到 0.9986。所以这些输出来自另一个版本的代码。",
    notice: "你会发现吗？",
    "notice.why":
      "很难。发表的斜率总是正的，所以网络仍然朝下走，输出甚至看起来更好：在正确的斜率消失的地方，错误的斜率依然很大。当 a = 0.99 时，正确的斜率是 0.0199，发表的是 0.4264。梯度检查立刻就能分辨。",
    logistic: "logistic 单元停在 0.5",
    "logistic.why":
      "用 logistic 单元，无论哪种导数，200 个种子中没有一个能在 10,000 步内解决异或。开始时所有 z 都接近 0，所以输出都接近 0.5，而网络在那里几乎是一条直线，各行的拉力互相抵消。这是平台，不是终点：学习率取 1、走 100,000 步，60 个种子中有 50 个能解决。",
    unit: "没有人要求的隐藏单元",
    "unit.why":
      "这个类在输入中加上常数 1 作为偏置。它还把隐藏层加宽一个单元，但这个单元不是常数，而是一个会学习的普通单元。输出没有偏置。",

    "link.unknown": "“{name}”不是文章场景的设置。",
    "link.wrong": "设置“{name}”的值不在允许的范围内。",
    "python.other":
      "这不是文章场景的代码。第一行必须是“# chainrule lab: articles, …”。请复制上面的代码并修改其中的数字。",
    "python.missing": "没有找到含有 {name} 的那一行，或者它的写法不同。",
    "python.range": "代码中有一个数字超出了文章的范围。",
  },
};
