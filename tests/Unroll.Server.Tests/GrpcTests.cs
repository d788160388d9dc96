using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Unroll.Models;
using Unroll.Server.Protocols.OpenInference;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>The Open Inference Protocol over gRPC, method by method, with .NET's client.</summary>
public sealed class GrpcTests : IAsyncDisposable
{
    private const string Service = "inference.GRPCInferenceService";

    private RunningServer? _server;
    private GrpcChannel? _channel;

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_server_and_its_models_say_what_they_are()
    {
        await StartAsync();
        Assert.True((await Call<ServerLiveRequest, ServerLiveResponse>("ServerLive", new())).Live);
        Assert.True((await Call<ServerReadyRequest, ServerReadyResponse>("ServerReady", new())).Ready);
        Assert.Equal("unroll", (await Call<ServerMetadataRequest, ServerMetadataResponse>("ServerMetadata", new())).Name);
        Assert.True((await Call<ModelReadyRequest, ModelReadyResponse>("ModelReady", new() { Name = "one" })).Ready);
        ModelMetadataResponse model =
            await Call<ModelMetadataRequest, ModelMetadataResponse>("ModelMetadata", new() { Name = "both", Version = "1" });
        Assert.Equal(("both", "1"), (model.Name, Assert.Single(model.Versions)));
        Assert.Equal(("text", "BYTES", "-1"), Describe(Assert.Single(model.Inputs)));
        Assert.Equal([("label", "BYTES", "-1"), ("probabilities", "FP32", "-1,2")], model.Outputs.Select(Describe));

        static (string, string, string) Describe(ModelMetadataResponse.Types.TensorMetadata tensor) =>
            (tensor.Name, tensor.Datatype, string.Join(',', tensor.Shape));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Texts_are_classified_as_the_library_classifies_them(bool isRaw)
    {
        await StartAsync();
        string[] texts = ["the movie is good", "ein wörtlich unbekannter Text", "", "the film is awful"];
        ModelInferRequest request = Infer(texts, isRaw);
        request.Id = "42";
        ModelInferResponse answer = await Call<ModelInferRequest, ModelInferResponse>("ModelInfer", request);
        Assert.Equal(("both", "1", "42"), (answer.ModelName, answer.ModelVersion, answer.Id));
        Assert.Equal(["label", "probabilities"], answer.Outputs.Select(output => output.Name));
        Assert.Equal([4L, 2], answer.Outputs[1].Shape);
        Assert.Equal("""["bad","good"]""", answer.Outputs[1].Parameters["labels"].StringParam);
        Prediction[] expected = [.. ServedModels.BothWays.Predict(texts)];
        string[] labels = isRaw ? Texts(answer.RawOutputContents[0].Span)
            : [.. answer.Outputs[0].Contents.BytesContents.Select(each => each.ToStringUtf8())];
        Assert.Equal(expected.Select(each => each.Label), labels);
        float[] probabilities = isRaw
            ? [.. answer.RawOutputContents[1].ToByteArray().Chunk(4).Select(each => BitConverter.ToSingle(each))]
            : [.. answer.Outputs[1].Contents.Fp32Contents];
        Assert.Equal(
            expected.SelectMany(each => each.IsNone ? [0f, 0f] : each.Probabilities.Values.Select(value => (float)value)),
            probabilities);
        Assert.Equal(isRaw, answer.Outputs.All(output => output.Contents is null));
    }

    [Fact]
    public async Task One_output_can_be_asked_for()
    {
        await StartAsync();
        ModelInferRequest request = Infer(["good"], isRaw: false);
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "probabilities" });
        ModelInferResponse answer = await Call<ModelInferRequest, ModelInferResponse>("ModelInfer", request);
        Assert.Equal("probabilities", Assert.Single(answer.Outputs).Name);
    }

    [Fact]
    public async Task What_is_wrong_is_one_line_and_the_protocols_code()
    {
        await StartAsync(options => options.MostTexts = 3);
        await Fails(StatusCode.NotFound, "there is no model 'none', expected one of both, one", r => r.ModelName = "none");
        await Fails(StatusCode.NotFound, "both has no version '7', expected 1, or no version", r => r.ModelVersion = "7");
        await Fails(StatusCode.InvalidArgument, "the request has 0 inputs, expected one tensor", r => r.Inputs.Clear());
        await Fails(
            StatusCode.InvalidArgument, "the input's datatype is FP32, expected BYTES", r => r.Inputs[0].Datatype = "FP32");
        await Fails(
            StatusCode.InvalidArgument, "the input's shape is [2,7], and its data has 2 texts", r => r.Inputs[0].Shape.Add(7));
        await Fails(StatusCode.InvalidArgument, "there is no output 'logits', expected label or probabilities", r =>
            r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "logits" }));
        await Fails(StatusCode.InvalidArgument, "text 2 is no UTF-8 text; send it in UTF-8", r =>
            r.Inputs[0].Contents.BytesContents[1] = ByteString.CopyFrom(0xff, 0xfe));
        await Fails(StatusCode.InvalidArgument, "the input is given twice", r => r.RawInputContents.Add(ByteString.Empty));
        await Fails(StatusCode.InvalidArgument, "raw_input_contents ends inside text 1", r =>
        {
            r.Inputs[0].Contents = null;
            r.RawInputContents.Add(ByteString.CopyFrom(200, 0, 0, 0, 1));
        });
        await Fails(StatusCode.ResourceExhausted, "the request has 4 texts, expected at most 3; send several", r =>
        {
            r.Inputs[0].Shape[0] = 4;
            r.Inputs[0].Contents.BytesContents.Add([ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("b")]);
        });

        async Task Fails(StatusCode code, string message, Action<ModelInferRequest> change)
        {
            ModelInferRequest request = Infer(["good", "bad"], isRaw: false);
            change(request);
            RpcException error = await Assert.ThrowsAsync<RpcException>(
                () => Call<ModelInferRequest, ModelInferResponse>("ModelInfer", request));
            Assert.Equal((code, true), (error.StatusCode, error.Status.Detail.StartsWith(message, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_key_is_asked_for_and_requests_are_counted()
    {
        await StartAsync(options => options.ApiKeys = ["secret"]);
        Assert.True((await Call<ServerLiveRequest, ServerLiveResponse>("ServerLive", new())).Live);
        ModelInferRequest request = Infer(["good"], isRaw: false);
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            () => Call<ModelInferRequest, ModelInferResponse>("ModelInfer", request));
        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
        var headers = new Metadata { { "authorization", "Bearer secret" } };
        Assert.Equal("both", (await Call<ModelInferRequest, ModelInferResponse>("ModelInfer", request, headers)).ModelName);
        _server!.UseKey("secret");
        string metrics = await _server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains(
            $"unroll_requests_total{{route=\"/{Service}/ModelInfer\",status=\"200\"}} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            $"unroll_requests_total{{route=\"/{Service}/ModelInfer\",status=\"401\"}} 1\n", metrics, StringComparison.Ordinal);
    }

    private static ModelInferRequest Infer(string[] texts, bool isRaw)
    {
        var tensor = new ModelInferRequest.Types.InferInputTensor { Name = "text", Datatype = "BYTES", Shape = { texts.Length } };
        var request = new ModelInferRequest { ModelName = "both", Inputs = { tensor } };
        if (isRaw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom(
            [
                .. texts.Select(text => Encoding.UTF8.GetBytes(text))
                    .SelectMany(bytes => (byte[])[.. BitConverter.GetBytes(bytes.Length), .. bytes]),
            ]));
        }
        else
        {
            tensor.Contents = new InferTensorContents { BytesContents = { texts.Select(ByteString.CopyFromUtf8) } };
        }
        return request;
    }

    private static string[] Texts(ReadOnlySpan<byte> raw)
    {
        var texts = new List<string>();
        while (raw.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(raw);
            texts.Add(Encoding.UTF8.GetString(raw.Slice(4, length)));
            raw = raw[(4 + length)..];
        }
        return [.. texts];
    }

    private async Task StartAsync(Action<ServerOptions>? configure = null)
    {
        string address = $"http://127.0.0.1:{FreePort()}";
        _server = await RunningServer.StartAsync(options =>
        {
            options.GrpcUrls = [address];
            configure?.Invoke(options);
        });
        _channel = GrpcChannel.ForAddress(address);
    }

    private async Task<TAnswer> Call<TRequest, TAnswer>(string name, TRequest request, Metadata? headers = null)
        where TRequest : class, IMessage<TRequest>
        where TAnswer : class, IMessage<TAnswer>, new()
    {
        var method = new Method<TRequest, TAnswer>(
            MethodType.Unary, Service, name,
            Marshallers.Create<TRequest>(each => each.ToByteArray(), _ => throw new NotSupportedException()),
            Marshallers.Create(each => each.ToByteArray(), bytes => new MessageParser<TAnswer>(() => new()).ParseFrom(bytes)));
        return await _channel!.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(headers), request);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
