using Microsoft.ML.OnnxRuntime;
using Unroll.Models;

namespace OrtPeer;

/// <summary>
/// A model that <c>unroll export</c> wrote, run by ONNX Runtime; tokens and ids are found by Unroll, as for Unroll itself.
/// </summary>
internal sealed class OrtClassifier : IDisposable
{
    private static readonly string[] InputNames = ["ids", "lengths"];
    private static readonly string[] OutputNames = ["probabilities"];

    private readonly SentenceClassifier _model;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public OrtClassifier(SentenceClassifier model, string path, int threads)
    {
        _model = model;
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(path, options);
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>The probabilities of some texts, [texts, classes].</summary>
    public float[] Probabilities(ReadOnlySpan<string> texts)
    {
        var encoded = new int[texts.Length][];
        int time = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            encoded[i] = _model.Vocabulary.Encode(_model.Config.Tokens.Tokenize(texts[i]));
            time = Math.Max(time, encoded[i].Length);
        }
        var ids = new long[texts.Length * time];
        var lengths = new long[texts.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            for (int t = 0; t < encoded[i].Length; t++)
                ids[i * time + t] = encoded[i][t];
            lengths[i] = encoded[i].Length;
        }
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(ids, [texts.Length, time]);
        using OrtValue lengthsValue = OrtValue.CreateTensorValueFromMemory(lengths, [texts.Length]);
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            _session.Run(_run, InputNames, [idsValue, lengthsValue], OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
