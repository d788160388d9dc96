using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Models;
using Unroll.Server.Operation;
using Unroll.Server.Protocols.OpenInference;

namespace Unroll.Server.Protocols;

/// <summary>
/// The Open Inference Protocol over gRPC: what <see cref="InferenceRoutes"/> is over REST, with the same limits.
/// </summary>
/// <param name="store">The models.</param>
/// <param name="classification">Classifies.</param>
/// <param name="options">The limits and keys.</param>
/// <param name="metrics">Where requests are counted.</param>
/// <param name="lifetime">Says whether the server takes nothing new.</param>
/// <param name="log">Where failures of ours stand.</param>
internal sealed partial class GrpcInference(
    ModelStore store, Classification classification, ServerOptions options, ServerMetrics metrics,
    IHostApplicationLifetime lifetime, ILogger<GrpcInference> log)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    private readonly ApiKeys _keys = new(options.ApiKeys);

    private bool IsReady => !lifetime.ApplicationStopping.IsCancellationRequested;

    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: true, _ => Task.FromResult(new ServerLiveResponse { Live = true }));

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: true, _ => Task.FromResult(new ServerReadyResponse { Ready = IsReady }));

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: false, _ =>
        {
            Slot(request.Name, request.Version);
            return Task.FromResult(new ModelReadyResponse { Ready = IsReady });
        });

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: false, _ => Task.FromResult(
            new ServerMetadataResponse { Name = "unroll", Version = InferenceRoutes.Version }));

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: false, _ =>
        {
            LoadedModel model = Slot(request.Name, request.Version).Current;
            var answer = new ModelMetadataResponse { Name = model.Name, Platform = "unroll" };
            answer.Versions.Add(VersionOf(model));
            answer.Inputs.Add(Metadata(InferenceRoutes.Input, "BYTES", -1));
            answer.Outputs.Add(Metadata(InferenceRoutes.Label, "BYTES", -1));
            answer.Outputs.Add(Metadata(InferenceRoutes.Probabilities, "FP32", -1, model.Classifier.Config.Classes));
            return Task.FromResult(answer);
        });

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: false, async http =>
        {
            ModelSlot slot = Slot(request.ModelName, request.ModelVersion);
            string[] unknown =
            [
                .. request.Outputs.Select(output => output.Name)
                    .Where(name => name is not (InferenceRoutes.Label or InferenceRoutes.Probabilities)),
            ];
            if (unknown.Length > 0)
            {
                throw new RequestException(
                    StatusCodes.Status400BadRequest, $"there is no output '{RequestException.Excerpt(unknown[0])}', expected "
                        + $"{InferenceRoutes.Label} or {InferenceRoutes.Probabilities}");
            }
            List<string> texts = TensorTexts.Of(request);
            (LoadedModel model, Prediction[] predictions) =
                await classification.RunAsync(slot, texts, http).ConfigureAwait(false);
            return Answer(request, model, predictions);
        });

    private static ModelInferResponse Answer(ModelInferRequest request, LoadedModel model, Prediction[] predictions)
    {
        bool isRaw = request.RawInputContents.Count > 0;
        var answer = new ModelInferResponse { ModelName = model.Name, ModelVersion = VersionOf(model), Id = request.Id };
        if (IsAsked(InferenceRoutes.Label))
        {
            string[] labels = [.. predictions.Select(Classification.LabelOf)];
            var tensor = new ModelInferResponse.Types.InferOutputTensor { Name = InferenceRoutes.Label, Datatype = "BYTES" };
            tensor.Shape.Add(labels.Length);
            Add(tensor, TensorTexts.Raw(labels), contents => contents.BytesContents.Add(labels.Select(ByteString.CopyFromUtf8)));
        }
        if (IsAsked(InferenceRoutes.Probabilities))
        {
            int classes = model.Classifier.Config.Classes;
            float[] values = [.. predictions.SelectMany(each => Classification.ProbabilitiesOf(model, each))];
            var tensor = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = InferenceRoutes.Probabilities,
                Datatype = "FP32",
                Shape = { predictions.Length, classes },
            };
            // The columns' names as a list of JSON, since a parameter is one string.
            string labels = string.Join(',', model.Classifier.Labels.Select(label => $"\"{JsonEncodedText.Encode(label)}\""));
            tensor.Parameters.Add("labels", new InferParameter { StringParam = $"[{labels}]" });
            Add(tensor, TensorTexts.Raw(values), contents => contents.Fp32Contents.Add(values));
        }
        return answer;

        bool IsAsked(string name) => request.Outputs.Count == 0 || request.Outputs.Any(output => output.Name == name);

        void Add(ModelInferResponse.Types.InferOutputTensor tensor, ByteString raw, Action<InferTensorContents> fill)
        {
            if (isRaw)
            {
                answer.RawOutputContents.Add(raw);
            }
            else
            {
                tensor.Contents = new InferTensorContents();
                fill(tensor.Contents);
            }
            answer.Outputs.Add(tensor);
        }
    }

    private static ModelMetadataResponse.Types.TensorMetadata Metadata(string name, string type, params long[] shape)
    {
        var tensor = new ModelMetadataResponse.Types.TensorMetadata { Name = name, Datatype = type };
        tensor.Shape.Add(shape);
        return tensor;
    }

    private static string VersionOf(LoadedModel model) => model.Version.ToString(CultureInfo.InvariantCulture);

    private ModelSlot Slot(string name, string version) => store.Find(name, version.Length == 0 ? null : version);

    // With the keys, the time limit, the counting and the one line of every route.
    private async Task<TAnswer> RunAsync<TAnswer>(ServerCallContext call, bool isOpen, Func<HttpContext, Task<TAnswer>> answer)
    {
        long started = Stopwatch.GetTimestamp();
        HttpContext http = call.GetHttpContext();
        CancellationToken gone = http.RequestAborted;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone, call.CancellationToken);
        limit.CancelAfter(options.Timeout);
        http.RequestAborted = limit.Token;
        int status = StatusCodes.Status200OK;
        try
        {
            if (!isOpen && !_keys.Allows(http.Request))
            {
                throw new RequestException(
                    StatusCodes.Status401Unauthorized, "the key is missing or wrong; send it as authorization: Bearer KEY");
            }
            return await answer(http).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            RequestFailure failure = RequestFailure.Of(e, options, gone);
            status = failure.Status;
            if (status == StatusCodes.Status500InternalServerError)
                Failed(log, call.Method, e);
            throw new RpcException(new Status(CodeOf(status), failure.Message));
        }
        finally
        {
            http.RequestAborted = gone;
            metrics.Request(call.Method, status, Stopwatch.GetElapsedTime(started));
        }
    }

    private static StatusCode CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity => StatusCode.InvalidArgument,
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status503ServiceUnavailable => StatusCode.DeadlineExceeded,
        RequestFailure.Gone => StatusCode.Cancelled,
        _ => StatusCode.Internal,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    private static partial void Failed(ILogger log, string method, Exception exception);
}
