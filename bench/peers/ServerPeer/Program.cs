// The minimal API that people write around a model: POST /v1/classify {"input": "a text"}.
//   ServerPeer URL ort MODEL_FOLDER MODEL.onnx      ONNX Runtime, the same model
//   ServerPeer URL mlnet MODEL                      ML.NET, a pool of engines, as PredictionEnginePool keeps
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using OrtPeer;
using Unroll.Models;

Func<string, Answer> predict = args[1] switch
{
    "ort" => OfOrt(args[2], args[3]),
    "mlnet" => OfMlNet(args[2]),
    var other => throw new ArgumentException($"no such peer: {other}"),
};
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
WebApplication app = builder.Build();
app.Urls.Add(args[0]);
app.MapPost("/v1/classify", (Question question) => predict(question.Input));
app.Run();

static Func<string, Answer> OfOrt(string folder, string path)
{
    var model = SentenceClassifier.Load(folder);
    // Requests run side by side, so that each call has one thread.
    var session = new OrtClassifier(model, path, threads: 1);
    return text =>
    {
        float[] probabilities = session.Probabilities([text]);
        int best = Array.IndexOf(probabilities, probabilities.Max());
        return new Answer(model.Labels[best], probabilities);
    };
}

static Func<string, Answer> OfMlNet(string path)
{
    var context = new MLContext();
    ITransformer model = context.Model.Load(path, out _);
    var pool = new DefaultObjectPool<PredictionEngine<Row, Predicted>>(
        new Engines(() => context.Model.CreatePredictionEngine<Row, Predicted>(model)));
    return text =>
    {
        PredictionEngine<Row, Predicted> engine = pool.Get();
        Predicted predicted = engine.Predict(new Row { Text = text });
        pool.Return(engine);
        return new Answer(predicted.PredictedLabel, predicted.Score);
    };
}

internal sealed record Question(string Input);

internal sealed record Answer(string Label, float[] Probabilities);

internal sealed class Row
{
    public string Label { get; set; } = "";

    public string Text { get; set; } = "";
}

internal sealed class Predicted
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}

internal sealed class Engines(Func<PredictionEngine<Row, Predicted>> create)
    : PooledObjectPolicy<PredictionEngine<Row, Predicted>>
{
    public override PredictionEngine<Row, Predicted> Create() => create();

    public override bool Return(PredictionEngine<Row, Predicted> obj) => true;
}
