using Unroll.Engine.Batches;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>
/// The settings of a model and of its training. The defaults were chosen on the dev rows of five sets of 5,000 to 67,000 texts;
/// <c>bench/results/accuracy.md</c> has what they give beside the best setting of each.
/// </summary>
public sealed partial record TrainingOptions
{
    private const Cell UsualCell = Cell.Gru;
    private const int UsualHidden = 128;

    /// <summary>The kind of layer that reads the words. Default: GRU.</summary>
    public Cell Cell { get; set; } = UsualCell;

    /// <summary>
    /// How many networks the model has, N: with several, an ensemble whose logits are averaged (Hansen and Salamon, 1990). Each
    /// learns the same rows from another seed, <see cref="Seed"/> and the ones after it, so from other first parameters, in
    /// another order and with other dropout. 0 for the linear part alone. Default: 1.
    /// </summary>
    public int Networks { get; set; } = 1;

    /// <summary>The function of a vanilla RNN. Default: tanh.</summary>
    public Nonlinearity Nonlinearity { get; set; } = Nonlinearity.Tanh;

    /// <summary>E: the width of the word vectors; 0 for one-hot input. Default: 200.</summary>
    public int Embedding { get; set; } = 200;

    /// <summary>
    /// H: the width of the hidden state. A Transformer is as wide as its word vectors and has no other width. Default: 128.
    /// </summary>
    public int Hidden { get; set; } = UsualHidden;

    /// <summary>Recurrent or Transformer layers, one upon the other. Default: 1.</summary>
    public int Layers { get; set; } = 1;

    /// <summary>
    /// Whether each layer also reads from the last word to the first, as a Transformer always does. Default: yes.
    /// </summary>
    public bool Bidirectional { get; set; } = true;

    /// <summary>What else makes a Transformer; for <see cref="Cell.Transformer"/> alone.</summary>
    public TransformerOptions Transformer { get; set; } = new();

    /// <summary>How hidden states become one vector. Default: the largest of each place.</summary>
    public Pooling Pooling { get; set; } = Pooling.Max;

    /// <summary>The share of word vectors', states' and pooled values that a step sets to zero. Default: 0.3.</summary>
    public float Dropout { get; set; } = 0.3f;

    /// <summary>
    /// The share of words that a step reads as the unknown word (Iyyer et al., 2015), which so learns what to make of words that
    /// are not in the vocabulary; with sub-words the share that it reads by their pieces alone. Without effect on a closed
    /// vocabulary, which has no unknown word. Null for <see cref="WordDropoutFor"/>. Default: null.
    /// </summary>
    public float? WordDropout { get; set; }

    /// <summary>
    /// Adversarial training (Miyato, Dai and Goodfellow, 2017): every step also learns the batch with word vectors moved where
    /// the loss of each text rises most, by this share of their length, so that answers do not hang on a few words. Costs a
    /// second pass. Needs word vectors. 0 for none; null for <see cref="AdversarialFor"/>, and for none in a Transformer.
    /// Default: null.
    /// </summary>
    public float? Adversarial { get; set; }

    /// <summary>
    /// Whether a linear model of words, pairs of words and pieces of words speaks beside the network: its share of the answer is
    /// chosen on the dev rows, and is 0 where it does not help or where there are no dev rows. Default: yes.
    /// </summary>
    public bool Linear { get; set; } = true;

    /// <summary>
    /// The most words of a term of the linear part: 1 for words alone, 2 for pairs of neighbours too. Of texts in words.
    /// Default: 2.
    /// </summary>
    public int WordNgrams { get; set; } = 2;

    /// <summary>
    /// The most characters of a piece of a word that is a term of the linear part, 2 to 5; 0 for no pieces. Of texts in words.
    /// Default: 5.
    /// </summary>
    public int CharNgrams { get; set; } = 5;

    /// <summary>
    /// Whether pieces of words have vectors too (Bojanowski et al., 2017): the vector of a word is its own plus the mean of
    /// those of its pieces of three to six letters, so that a word that no row has is read by its pieces. Needs word vectors
    /// and words. Default: no.
    /// </summary>
    public bool Subwords { get; set; }

    /// <summary>How texts are cut into tokens. Default: words and punctuation marks.</summary>
    public TokenKind Tokens { get; set; } = TokenKind.Word;

    /// <summary>Whether texts are lower-cased. Default: yes.</summary>
    public bool Lowercase { get; set; } = true;

    /// <summary>How often a token must occur in the training rows to be in the vocabulary. Default: 1.</summary>
    public int MinimumCount { get; set; } = 1;

    /// <summary>The most tokens a vocabulary may have, the most frequent ones; null for no limit. Default: null.</summary>
    public int? MaximumVocabulary { get; set; }

    /// <summary>How parameters are drawn. Default: PyTorch's way, but for the width of the word vectors.</summary>
    public Initialization Initialization { get; set; } = Initialization.TorchDefault;

    /// <summary>
    /// The standard deviation of the first word vectors; PyTorch's is 1. A rare word is seen too seldom to leave its first
    /// vector, which is noise, so smaller ones do better on words. Default: 0.1.
    /// </summary>
    public float EmbeddingDeviation { get; set; } = 0.1f;

    /// <summary>
    /// The size that pre-trained word vectors are brought to: <see cref="EmbeddingDeviation"/>, that of the words without one, or
    /// their own. Default: the former.
    /// </summary>
    public VectorScale VectorScale { get; set; } = VectorScale.Standard;

    /// <summary>
    /// A file of pre-trained word vectors in GloVe's or word2vec's text format, whose width is then that of the word vectors;
    /// null for none. Default: null.
    /// </summary>
    public string? WordVectorsFile { get; set; }

    /// <summary>How recurrent weights are drawn. Default: as the others.</summary>
    public RecurrentInitialization RecurrentInitialization { get; set; }

    /// <summary>
    /// The first value of an LSTM's forget gate bias (Jozefowicz et al., 2015, use 1); null for PyTorch's. Default: null.
    /// </summary>
    public float? ForgetBias { get; set; }

    /// <summary>How gradients become updates. Default: Adam.</summary>
    public OptimizerKind Optimizer { get; set; } = OptimizerKind.Adam;

    /// <summary>μ of SGD with momentum. Default: 0.</summary>
    public float Momentum { get; set; }

    /// <summary>Nesterov's form of momentum. Default: no.</summary>
    public bool Nesterov { get; set; }

    /// <summary>
    /// Whether momentum and moments move word vectors in every step, as PyTorch's optimizers of all parameters do; else only in
    /// steps that saw the word. It learns more in an epoch, and sooner knows the rows by heart. Default: no.
    /// </summary>
    public bool DenseUpdates { get; set; }

    /// <summary>β₁ of Adam. Default: 0.9.</summary>
    public float Beta1 { get; set; } = 0.9f;

    /// <summary>β₂ of Adam. Default: 0.999.</summary>
    public float Beta2 { get; set; } = 0.999f;

    /// <summary>ε of Adam. Default: 1e-8.</summary>
    public float Epsilon { get; set; } = 1e-8f;

    /// <summary>λ, how much parameters shrink. Default: 0.</summary>
    public float WeightDecay { get; set; }

    /// <summary>The largest global norm of the gradients (Pascanu et al., 2013); null for none. Default: 1.</summary>
    public float? ClipNorm { get; set; } = 1;

    /// <summary>The largest size of each gradient; null for none. Default: none.</summary>
    public float? ClipValue { get; set; }

    /// <summary>How the learning rate changes. Default: it rises and falls in one cycle.</summary>
    public LearningRateSchedule Schedule { get; set; } = new(ScheduleKind.OneCycle);

    /// <summary>
    /// Whether a text may have several labels, or none, so that each label is decided by itself; a model is so in any case where
    /// a row to train on has none or several. Default: no.
    /// </summary>
    public bool MultiLabel { get; set; }

    /// <summary>
    /// The weight of each class in the loss, in the model's order; where texts may have several, that of the texts that have it.
    /// Null for equal ones. Default: null.
    /// </summary>
    public IReadOnlyList<float>? ClassWeights { get; set; }

    /// <summary>
    /// The weight of labels in the loss, by name; a label that is not named weighs 1. Null for equal ones. Default: null.
    /// </summary>
    public IReadOnlyDictionary<string, float>? LabelWeights { get; set; }

    /// <summary>
    /// Whether each class weighs as much as any other, however many rows it has: w_c = n / (C n_c) for n_c of n rows, and where
    /// texts may have several, (n - n_c) / n_c. Default: no.
    /// </summary>
    public bool BalancedClasses { get; set; }

    /// <summary>The share of the target that is spread over all classes (Szegedy et al., 2016). Default: 0.</summary>
    public float LabelSmoothing { get; set; }

    /// <summary>
    /// Truncated back-propagation through time (Williams and Peng, 1990): gradients go back this many steps from a sentence's
    /// last word; earlier words only set the state that those begin with, and cost no memory. For one direction and pooling of
    /// the last state. Null for whole sentences. Default: null.
    /// </summary>
    public int? TruncateSteps { get; set; }

    /// <summary>
    /// The most tokens of a text that a step reads; of a longer one a stretch of so many, from another place each time, so that
    /// time and memory of a step are bounded and a long text is many. Predictions read whole texts. 0 for whole texts in training
    /// too. Without effect with <see cref="TruncateSteps"/>. Default: 256.
    /// </summary>
    public int StretchTokens { get; set; } = 256;

    /// <summary>The share of rows of each class that is split off as dev rows where none are given. Default: 0.1.</summary>
    public double DevShare { get; set; } = 0.1;

    /// <summary>
    /// The share of the model's answers that shall be right: on the dev rows a threshold is chosen below which it abstains
    /// (<c>SentenceClassifier.ChooseThreshold</c>). Null for a model that answers always. Default: null.
    /// </summary>
    public double? Precision { get; set; }

    /// <summary>
    /// Epochs in the end, when all is chosen, in which the networks learn dev rows too that were split off the training rows:
    /// with the others, at half the learning rate, in a cycle of its own. 0 for none; null for a fifth of all epochs, at least
    /// one. Default: null.
    /// </summary>
    public int? FinalEpochs { get; set; }

    /// <summary>
    /// Which measure on the dev rows says that an epoch's model is the best so far, which is then kept. Default: macro-F1.
    /// </summary>
    public DevMeasure Best { get; set; } = DevMeasure.F1;

    /// <summary>Epochs without a better one after which training stops; null to run all. Default: null.</summary>
    public int? Patience { get; set; }

    /// <summary>
    /// Where and how often the training's state is saved, to go on from later; null for nowhere. Default: null.
    /// </summary>
    public CheckpointOptions? Checkpoint { get; set; }

    /// <summary>
    /// Told after every epoch, on the training thread, how gradients flowed back through time; it changes nothing of the
    /// training. Null for no such measurement. Default: null.
    /// </summary>
    public IProgress<GradientFlow>? GradientFlow { get; set; }

    /// <summary>
    /// Connects the processes that train this one model together, each with the same rows and settings; they end with the same
    /// model, bit for bit what one process alone would make. The first rank writes checkpoints, and all go on from that one's.
    /// Null for a process alone. Default: null.
    /// </summary>
    public ICommunicator? Communicator { get; set; }

    /// <summary>The most threads that may train.</summary>
    public const int MostThreads = 1024;

    /// <summary>Threads that train; the result does not depend on it. Null for one per processor. Default: null.</summary>
    public int? Threads { get; set; }

    /// <summary>
    /// How often every row is seen; null for <see cref="EpochsFor"/>, fewer the more there is to read. Default: null.
    /// </summary>
    public int? Epochs { get; set; }

    /// <summary>B: rows a step. Default: 32.</summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>The length of a step against the gradient. Default: 0.003.</summary>
    public float LearningRate { get; set; } = 0.003f;

    /// <summary>Whether rows come in a new random order each epoch. Default: yes.</summary>
    public bool Shuffle { get; set; } = true;

    /// <summary>
    /// Whether rows are kept in temporary files and streamed from there, for more rows than memory has room for: of each row some
    /// thirty bytes stay in memory. Rows then come in an order that reads the files in long stretches
    /// (<see cref="BatchOrder.Streamed"/>), the linear part learns from fewer of them, and no more than
    /// <see cref="DevSplit.MostRowsOnDisk"/> are split off. Default: no.
    /// </summary>
    public bool StreamRows { get; set; }

    /// <summary>The seed of every random number: parameters first, then the order of rows. Default: 42.</summary>
    public ulong Seed { get; set; } = 42;
}
