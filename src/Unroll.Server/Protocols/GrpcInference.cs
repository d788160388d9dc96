using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Models;
using Unroll.Server.Protocols.OpenInference;

namespace Unroll.Server.Protocols;

/// <summary>
/// The Open Inference Protocol over gRPC: what <see cref="InferenceRoutes"/> is over REST, with the same limits.
/// </summary>
/// <param name="store">The models.</param>
/// <param name="classification">Classifies.</param>
/// <param name="guard">Stands around every request.</param>
/// <param name="lifetime">Says whether the server takes nothing new.</param>
internal sealed class GrpcInference(
    ModelStore store, Classification classification, RequestGuard guard, IHostApplicationLifetime lifetime)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
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
            answer.Inputs.Add(Metadata(InferenceTensors.Input, InferenceTensors.Texts, -1));
            answer.Outputs.Add(Metadata(InferenceTensors.Label, InferenceTensors.Texts, -1));
            int classes = model.Classifier.Config.Classes;
            answer.Outputs.Add(Metadata(InferenceTensors.Probabilities, InferenceTensors.Numbers, -1, classes));
            return Task.FromResult(answer);
        });

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) =>
        RunAsync(context, isOpen: false, async http =>
        {
            ModelSlot slot = Slot(request.ModelName, request.ModelVersion);
            (bool label, bool probabilities) = InferenceTensors.Chosen(request.Outputs.Select(output => output.Name));
            List<string> texts = TensorTexts.Of(request);
            (LoadedModel model, Prediction[] predictions) =
                await classification.RunAsync(slot, texts, http).ConfigureAwait(false);
            return Answer(request, model, predictions, label, probabilities);
        });

    private static ModelInferResponse Answer(
        ModelInferRequest request, LoadedModel model, Prediction[] predictions, bool hasLabel, bool hasProbabilities)
    {
        bool isRaw = request.RawInputContents.Count > 0;
        var answer = new ModelInferResponse { ModelName = model.Name, ModelVersion = VersionOf(model), Id = request.Id };
        if (hasLabel)
        {
            string[] labels = [.. predictions.Select(Classification.LabelOf)];
            var tensor = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = InferenceTensors.Label,
                Datatype = InferenceTensors.Texts,
                Shape = { labels.Length },
            };
            Add(tensor, TensorTexts.Raw(labels), contents => contents.BytesContents.Add(labels.Select(ByteString.CopyFromUtf8)));
        }
        if (hasProbabilities)
        {
            int classes = model.Classifier.Config.Classes;
            float[] values = [.. predictions.SelectMany(each => Classification.ProbabilitiesOf(model, each))];
            var tensor = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = InferenceTensors.Probabilities,
                Datatype = InferenceTensors.Numbers,
                Shape = { predictions.Length, classes },
            };
            // The columns' names as a list of JSON, since a parameter is one string.
            string labels = string.Join(',', model.Classifier.Labels.Select(label => $"\"{JsonEncodedText.Encode(label)}\""));
            tensor.Parameters.Add("labels", new InferParameter { StringParam = $"[{labels}]" });
            Add(tensor, TensorTexts.Raw(values), contents => contents.Fp32Contents.Add(values));
        }
        return answer;

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

    private async Task<TAnswer> RunAsync<TAnswer>(ServerCallContext call, bool isOpen, Func<HttpContext, Task<TAnswer>> answer)
        where TAnswer : class
    {
        HttpContext http = call.GetHttpContext();
        // The client's deadline ends the work too.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, call.CancellationToken);
        http.RequestAborted = ended.Token;
        TAnswer? given = null;
        var failure = new RequestFailure(RequestFailure.Gone, "");
        await guard.RunAsync(
            http, call.Method, isOpen, isLong: false,
            async context => given = await answer(context).ConfigureAwait(false),
            told =>
            {
                failure = told;
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        return given ?? throw new RpcException(new Status(CodeOf(failure.Status), failure.Message));
    }

    private static StatusCode CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status503ServiceUnavailable => StatusCode.DeadlineExceeded,
        RequestFailure.Gone => StatusCode.Cancelled,
        >= 400 and < 500 => StatusCode.InvalidArgument,
        >= 500 => StatusCode.Internal,
        _ => throw new InvalidOperationException($"{status} is no status of a failure"),
    };
}
