using System.Text.Json;
using Unroll.Layers;
using Unroll.Numerics;
using Unroll.Tests.Golden;
using Unroll.Tests.Oracles;
using Xunit;

namespace Unroll.Tests.Layers;

public class OtherLayersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Linear_is_PyTorchs(int index)
    {
        JsonElement golden = GoldenFile.Read("layers.json").GetProperty("linear")[index];
        float[] weight = golden.Singles("weight");
        float[] bias = golden.Singles("bias");
        float[] input = golden.Singles("input");
        int inputSize = weight.Length / bias.Length;
        var layer = new Linear(inputSize, bias.Length);
        float[] output = new float[golden.Singles("output").Length];
        output.AsSpan().Fill(float.NaN);
        layer.Forward(weight, bias, input, output);
        Close.To(golden.Singles("output"), output, 1e-6, 1e-5, "y");

        float[] dWeight = new float[weight.Length];
        float[] dBias = new float[bias.Length];
        float[] dInput = new float[input.Length];
        dInput.AsSpan().Fill(float.NaN);
        layer.Backward(weight, input, golden.Singles("d_output"), dWeight, dBias, dInput);
        Close.To(golden.Singles("d_weight"), dWeight, 1e-6, 1e-5, "dW");
        Close.To(golden.Singles("d_bias"), dBias, 1e-6, 1e-5, "db");
        Close.To(golden.Singles("d_input"), dInput, 1e-6, 1e-5, "dx");
    }

    [Fact]
    public void Linear_is_the_oracle()
    {
        var random = new TorchGenerator(4);
        float[] weight = random.Normal(15);
        float[] bias = random.Normal(3);
        float[] input = random.Normal(5);
        float[] dOutput = random.Normal(3);
        float[] output = new float[3];
        float[] dWeight = new float[15];
        float[] dBias = new float[3];
        float[] dInput = new float[5];
        var layer = new Linear(5, 3);
        layer.Forward(weight, bias, input, output);
        layer.Backward(weight, input, dOutput, dWeight, dBias, dInput);
        (double[] expectedWeight, double[] expectedBias, double[] expectedInput) =
            LinearOracle.Backward(Close.Widen(weight), Close.Widen(input), Close.Widen(dOutput));
        Close.To(LinearOracle.Forward(Close.Widen(weight), Close.Widen(bias), Close.Widen(input)), Close.Widen(output), 1e-6, 1e-5);
        Close.To(expectedWeight, Close.Widen(dWeight), 1e-6, 1e-5);
        Close.To(expectedBias, Close.Widen(dBias), 1e-6, 1e-5);
        Close.To(expectedInput, Close.Widen(dInput), 1e-6, 1e-5);
    }

    [Fact]
    public void Embedding_is_PyTorchs_and_padding_gets_no_gradient()
    {
        JsonElement golden = GoldenFile.Read("layers.json").GetProperty("embedding");
        float[] weight = golden.Singles("weight");
        int[] ids = golden.Integers("ids");
        var layer = new Embedding(weight.Length / 6);
        float[] output = new float[golden.Singles("output").Length];
        layer.Forward(weight, ids, output);
        Assert.Equal(golden.Singles("output"), output);

        float[] dWeight = new float[weight.Length];
        layer.Backward(ids, golden.Singles("d_output"), dWeight);
        Close.To(golden.Singles("d_weight"), dWeight, 1e-6);
        Assert.All(dWeight[..layer.EmbeddingSize], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Last_state_pooling_takes_each_sentences_last_step_and_gives_its_gradient_back_there()
    {
        // Lengths 3, 2, 2, 1; two units; state 10·step + sentence.
        int[] batchSizes = [4, 3, 1];
        float[] hidden = [0, 0, 1, 1, 2, 2, 3, 3, 10, 10, 11, 11, 12, 12, 20, 20];
        float[] pooled = new float[8];
        var pooling = new LastStatePooling(2);
        pooling.Forward(batchSizes, hidden, pooled);
        Assert.Equal([20, 20, 11, 11, 12, 12, 3, 3], pooled);

        float[] dHidden = new float[16];
        dHidden.AsSpan().Fill(float.NaN);
        pooling.Backward(batchSizes, [1, 2, 3, 4, 5, 6, 7, 8], dHidden);
        Assert.Equal([0, 0, 0, 0, 0, 0, 7, 8, 0, 0, 3, 4, 5, 6, 1, 2], dHidden);
    }
}
