namespace Unroll.Server;

/// <summary>One model and the name under which it is served.</summary>
/// <param name="Name">The name in addresses: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
/// <param name="Path">Its folder.</param>
public sealed record ModelSource(string Name, string Path);

/// <summary>What is served, where, to whom, and how much of it at once.</summary>
public sealed class ServerOptions
{
    /// <summary>The models; the first one answers the routes that name none.</summary>
    public IReadOnlyList<ModelSource> Models { get; set; } = [];

    /// <summary>Where to listen. Default: this machine alone, port 8080.</summary>
    public IReadOnlyList<string> Urls { get; set; } = ["http://127.0.0.1:8080"];

    /// <summary>
    /// Where the Open Inference Protocol is also spoken over gRPC (HTTP/2 without TLS); none for nowhere. Default: none. A native
    /// program leaves it out, and is smaller, where the feature switch <c>Unroll.Server.Grpc</c> is false.
    /// </summary>
    public IReadOnlyList<string> GrpcUrls { get; set; } = [];

    /// <summary>Keys of which a request must bring one; none for an open server. Default: none.</summary>
    public IReadOnlyList<string> ApiKeys { get; set; } = [];

    /// <summary>Origins whose pages may call the server, such as <c>https://example.org</c>. Default: none.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>Whether a model whose files change is loaded anew. Default: no.</summary>
    public bool Watch { get; set; }

    /// <summary>How often files are looked at. Default: every second.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether texts stand in the log. Default: no.</summary>
    public bool LogTexts { get; set; }

    /// <summary>Whether models predict with recurrent weights of 16 bits. Default: no.</summary>
    public bool HalfPrecision { get; set; }

    /// <summary>How many batches are computed at once. Default: the processors.</summary>
    public int Workers { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// How long a text waits for others to make a batch, 0 to 2 ms. At 0 a text is computed at once while a worker is free, and
    /// what comes meanwhile makes the next batch. Default: 0.
    /// </summary>
    public TimeSpan BatchWindow { get; set; }

    /// <summary>Texts that may wait for each model; more are refused with 429. Default: 1,024.</summary>
    public int QueueCapacity { get; set; } = 1024;

    /// <summary>The most texts of a request; more are refused with 413. Default: 1,024.</summary>
    public int MostTexts { get; set; } = 1024;

    /// <summary>The longest body of a request in bytes; longer ones are refused with 413. Default: 4 MiB.</summary>
    public long MostBytes { get; set; } = 4 << 20;

    /// <summary>The most tokens of a text; longer ones are refused with 422. Default: 5,000.</summary>
    public int MostTokens { get; set; } = 5_000;

    /// <summary>How long a request may take before it is ended with 503. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long running requests have to end when the server stops. Default: 30 s.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Throws when a setting makes no sense.</summary>
    /// <exception cref="InputException">It does not.</exception>
    public void Validate()
    {
        if (Models.Count == 0)
            throw new InputException("there is no model to serve; give a model folder");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ModelSource model in Models)
        {
            if (model.Name.Length == 0 || !model.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            {
                throw new InputException(
                    $"the model's name is '{model.Name}', expected letters, digits, '.', '_' and '-'; give NAME={model.Path}");
            }
            if (!names.Add(model.Name))
                throw new InputException(
                    $"two models are called {model.Name}; give one another name, such as other={model.Path}");
        }
        Require(Workers >= 1, nameof(Workers), Workers, "a positive number");
        Require(QueueCapacity >= 1, nameof(QueueCapacity), QueueCapacity, "a positive number");
        Require(MostTexts >= 1, nameof(MostTexts), MostTexts, "a positive number");
        Require(MostBytes >= 1, nameof(MostBytes), MostBytes, "a positive number");
        Require(MostTokens >= 1, nameof(MostTokens), MostTokens, "a positive number");
        double window = BatchWindow.TotalMilliseconds;
        Require(window is >= 0 and <= 2, nameof(BatchWindow), window, "0 to 2 milliseconds");
        Require(Timeout > TimeSpan.Zero, nameof(Timeout), Timeout, "a positive time");
        if (ApiKeys.Any(string.IsNullOrWhiteSpace))
            throw new InputException("a key is empty, expected one key a line");
    }

    private static void Require<T>(bool valid, string property, T value, string expected)
    {
        if (!valid)
            throw new InputException(FormattableString.Invariant($"ServerOptions.{property} is {value}, expected {expected}"));
    }
}
