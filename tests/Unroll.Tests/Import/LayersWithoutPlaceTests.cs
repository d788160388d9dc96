using Unroll.Import;
using Xunit;

namespace Unroll.Tests.Import;

/// <summary>
/// Layers that take part and that Unroll does not compute are refused by name with the reason. No message invites to leave them
/// out, and leaving them out is refused too.
/// </summary>
public class LayersWithoutPlaceTests
{
    // S = 6 states, E = 4, 2 labels. What is added; what to leave out; what it is.
    public static IEnumerable<TheoryDataRow<string, string, string>> Layers =>
    [
        new("-fc fc1.weight:5,6 fc1.bias:5 fc2.weight:2,5 fc2.bias:2", "", "fc2.bias [2], fc2.weight [2,5] are a linear layer "
            + "behind "
            + "fc1.weight: the head is a chain of linear layers, and Unroll's is one"),
        new("-fc fc1.weight:2,6 fc1.bias:2 fc2.weight:2,2 fc2.bias:2", "fc2", "fc2.bias [2], fc2.weight [2,2] are a linear "
            + "layer behind "
            + "fc1.weight"),
        new("dense.weight:6,6 dense.bias:6", "dense", "dense.bias [6], dense.weight [6,6] are a linear layer that gives as "
            + "many values "
            + "as there are states"),
        new("-fc head.0.weight:8,6 head.3.weight:8,8 head.6.weight:2,8", "", "head.3.weight [8,8] is a linear layer behind "
            + "head.0.weight"),
        new("down.weight:5,6 up.weight:6,5", "down up", "up.weight [6,5] is a linear layer that gives as many values as there "
            + "are states"),
        new("bn.weight:6 bn.bias:6 bn.running_mean:6 bn.running_var:6 bn.num_batches_tracked:", "bn", "bn.bias [6], "
            + "bn.num_batches_tracked [], bn.running_mean [6], bn.running_var [6], bn.weight [6] are a batch norm"),
        new("bn.running_mean:5 bn.running_var:5", "bn", "bn.running_mean [5], bn.running_var [5] are a batch norm"),
        new("norm.weight:4 norm.bias:4", "norm", "norm.bias [4], norm.weight [4] are a norm (layer norm or the like)"),
        new("ln.weight:7 ln.bias:7", "ln", "ln.bias [7], ln.weight [7] are a norm (layer norm or the like)"),
        new("ln.gamma:6 ln.beta:6", "ln", "ln.beta [6], ln.gamma [6] are a norm (layer norm or the like)"),
        new("rms.weight:6", "rms", "rms.weight [6] is a scale, as long as the states"),
        new("act.weight:1", "act", "act.weight [1] is a learned slope (PReLU)"),
        new("b_out_bias:2", "b_out_bias", "b_out_bias [2] is a bias, as long as the output"),
        new("conv.weight:8,4,3 conv.bias:8", "conv", "conv.bias [8], conv.weight [8,4,3] are a convolution"),
        new("convs.0.weight:8,1,3,4 convs.0.bias:8", "convs", "convs.0.bias [8], convs.0.weight [8,1,3,4] are a convolution"),
        new("attn.in_proj_weight:18,6 attn.in_proj_bias:18 attn.out_proj.weight:6,6", "attn", "attn.in_proj_bias [18], "
            + "attn.in_proj_weight [18,6] are attention of another form than Unroll's"),
        new("attention.weight:1,6 attention.bias:1", "attention", "attention.bias [1], attention.weight [1,6] are attention of "
            + "another "
            + "form than Unroll's"),
        new("score.weight:1,6", "score", "score.weight [1,6] is a score of each state: attention of another form than Unroll's"),
        new("crf.transitions:2,2 crf.start_transitions:2 crf.end_transitions:2", "crf", "crf.end_transitions [2], "
            + "crf.start_transitions [2], crf.transitions [2,2] are a CRF"),
        new("pos.weight:50,4", "pos", "pos.weight [50,4] is as wide as the word vectors: another table of vectors or a linear "
            + "layer of them"),
        new("proj.weight:4,9", "proj", "proj.weight [4,9] is a linear layer that gives as many values as a word vector has"),
        new("h0:2,1,3", "h0", "h0 [2,1,3] is a learned initial state"),
        new("fc.scale:2", "fc.scale", "fc.scale [2] is a part of fc, whose other tensors are read"),
        // The query is neither a norm nor a bias.
        new("attention.linear.weight:6,6 attention.linear.bias:6 attention.norm.weight:6 attention.norm.bias:6", "",
            "attention.norm.bias [6], attention.norm.weight [6] are attention of another form than Unroll's"),
        new("attention.proj.weight:6,6 attention_norm.weight:6 attention_norm.bias:6", "attention attention_norm",
            "attention_norm.bias [6], attention_norm.weight [6] are attention of another form than Unroll's"),
        new("attention.W:6,6 attention.b:6", "attention", "attention.W [6,6], attention.b [6] are attention of another form"),
        new("attention.0.weight:6,6 attention.1.weight:6 attention.1.bias:6", "", "are attention of another form"),
        new("attention.W:6,6 attention.u:6 attention.v:6", "", "are attention of another form"),
        new("attention.weight:6,6 attention.query:6 attention.norm.weight:6", "", "attention.norm.weight [6] is attention of"),
        new("lstm.weight_ci:3 lstm.weight_cf:3", "lstm.weight_cf lstm.weight_ci",
            "lstm.weight_cf [3], lstm.weight_ci [3] are a peephole of an LSTM"),
        new("lstm.peephole_i:3", "lstm.peephole_i", "lstm.peephole_i [3] is a peephole of an LSTM"),
        new("lstm.gain:3", "lstm.gain", "lstm.gain [3] is a part of lstm, whose other tensors are read"),
        new("h0:6", "h0", "h0 [6] is a learned initial state"),
        new("init_hidden:2,3", "init_hidden", "init_hidden [2,3] is a learned initial state"),
        new("norm.scale:6", "norm", "norm.scale [6] is a norm (layer norm or the like)"),
        new("w:6", "w", "w [6] is a vector as long as the states: attention of another form than Unroll's"),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layer_that_takes_part_is_refused_by_name(string changes, string ignored, string what)
    {
        using var file = new StateDictFile(changes);
        string message = file.Error();
        Assert.StartsWith("s.safetensors: ", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.DoesNotContain("Ignore", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Labels", message, StringComparison.Ordinal);
        if (ignored.Length == 0)
            return;
        string left = file.Error(change: options => options with { Ignore = ignored.Split(' ') });
        Assert.StartsWith(
            "s.safetensors: TorchImportOptions.Ignore leaves out what takes part: ", left, StringComparison.Ordinal);
        Assert.Contains(what, left, StringComparison.Ordinal);
    }

    /// <summary>Case 177: the messages are followed step by step.</summary>
    [Fact]
    public void Labels_for_the_first_of_two_layers_end_nowhere()
    {
        using var file = new StateDictFile("-fc fc1.weight:5,6 fc1.bias:5 fc2.weight:2,5 fc2.bias:2");
        TorchImportOptions Five(TorchImportOptions options) => options with { Labels = ["a", "b", "c", "d", "e"] };
        Assert.Contains("fc2.weight [2,5] are a linear layer behind "
            + "fc1.weight", file.Error(change: Five), StringComparison.Ordinal);
        Assert.Contains(
            "fc2.weight [2,5] are a linear layer behind "
                + "fc1.weight", file.Error(change: options => Five(options) with { Ignore = ["fc2"] }),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "; fc2.weight reads 5 values, so a layer or several poolings stand between, which Unroll does not have",
            file.Error(change: options => options with { Ignore = ["fc1"] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lstm.bias_hh_l0 lstm.bias_ih_l0 lstm.bias_hh_l0_reverse lstm.bias_ih_l0_reverse", "a part of the recurrent "
        + "layer")]
    [InlineData("fc.bias", "a part of fc, whose other tensors are read")]
    public void No_part_of_a_layer_that_is_read_can_be_left_out(string ignored, string what)
    {
        using var file = new StateDictFile();
        Assert.Contains(
            what, file.Error(change: options => options with { Ignore = ignored.Split(' ') }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aux.weight:3,6 aux.bias:3", "aux")]
    [InlineData("twin.weight:6,4 ", "twin")]
    [InlineData("other.weight:2,6 other.bias:2", "other")]
    [InlineData("gru.weight_ih_l0:9,4 gru.weight_hh_l0:9,3 gru.bias_ih_l0:9 gru.bias_hh_l0:9", "gru")]
    [InlineData("gru.weight_ih_l0:18,4 gru.weight_hh_l0:18,6 gru.bias_ih_l0:18 gru.bias_hh_l0:18", "gru")]
    [InlineData("reg.weight:1,6 reg.bias:1", "reg")]
    [InlineData("char_emb.weight:30,2", "char_emb")]
    [InlineData("scale:4", "scale")]
    [InlineData("step:", "step")]
    public void What_may_take_part_is_left_out_with_a_warning(string changes, string ignored)
    {
        using var file = new StateDictFile(changes);
        ImportedModel model = file.Import(change: options => options with { Ignore = [ignored] });
        Assert.StartsWith($"left out: {ignored}", Assert.Single(model.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_weights_of_a_loss_are_left_out_with_a_note()
    {
        using var file = new StateDictFile("criterion.weight:2 loss_fn.pos_weight:2");
        ImportedModel model = file.Import(change: options => options with { Ignore = ["criterion", "loss_fn"] });
        Assert.Empty(model.Warnings);
        Assert.Contains("left out: criterion.weight, loss_fn.pos_weight", model.Notes);
    }

    [Fact]
    public void Other_widths_say_that_a_layer_stands_between()
    {
        using var projected = new StateDictFile("embedding.weight:6,9 lstm.weight_ih_l0:12,5 lstm.weight_ih_l0_reverse:12,5");
        Assert.EndsWith(
            "; if embedding.weight has the word vectors, a layer stands between, which Unroll does not have", projected.Error(),
            StringComparison.Ordinal);
        using var concatenated = new StateDictFile("fc.weight:2,12");
        Assert.EndsWith(
            "; fc.weight reads 12 values, so a layer or several poolings stand between, which Unroll does not "
                + "have", concatenated.Error(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_whose_layers_give_as_much_as_they_read_is_refused()
    {
        using var file = new StateDictFile("-lstm. -fc lstm.weight_ih_l0:8,4 lstm.weight_hh_l0:8,2 lstm.bias_ih_l0:8 "
            + "lstm.bias_hh_l0:8 fc.weight:2,2 fc.bias:2 fc2.weight:2,2 fc2.bias:2");
        const string expected = "fc2.bias [2], fc2.weight [2,2] are a linear layer behind fc.weight";
        Assert.Contains("fc2.weight [2,2] is a linear layer behind fc.weight", file.Error(), StringComparison.Ordinal);
        Assert.Contains(expected, file.Error(change: options => options with { Ignore = ["fc2"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_of_bare_parameters_is_read_with_its_bias()
    {
        using var file = new StateDictFile("attention.W:6,6 attention.b:6 attention.u:6");
        Assert.DoesNotContain("the attention has no bias; it is zero", file.Import().Notes);
    }

    /// <summary>A layer upon another one that is as wide as its states cannot be told from one that takes part.</summary>
    [Fact]
    public void A_recurrent_layer_above_the_first_is_not_left_out()
    {
        using var file = new StateDictFile("top.weight_ih_l0:9,6 top.weight_hh_l0:9,3 top.bias_ih_l0:9 top.bias_hh_l0:9");
        Assert.Contains("train one module with num_layers = 2", file.Error(), StringComparison.Ordinal);
        Assert.Contains(
            "another recurrent layer, as wide as the states", file.Error(change: options => options with { Ignore = ["top"] }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-lstm.weight_hh_l0 lstm.weight_hh_l0_g:12,1 lstm.weight_hh_l0_v:12,3 lstm.weight_hh_l0_reverse:12,3",
        "lstm.weight_hh_l0_g is a part of lstm.weight_hh_l0 under weight norm; make the tensor plain before saving: "
            + "torch.nn.utils.remove_weight_norm(model.lstm, \"weight_hh_l0\")")]
    [InlineData("-fc.weight fc.weight_g:2,1 fc.weight_v:2,6",
        "fc.weight_g is a part of fc.weight under weight norm; make the tensor plain before saving: "
            + "torch.nn.utils.remove_weight_norm(model.fc, \"weight\")")]
    [InlineData("-fc.weight fc.parametrizations.weight.original0:2,1 fc.parametrizations.weight.original1:2,6",
        "fc.parametrizations.weight.original0 is a part of fc.weight under a parametrization (weight norm); make the tensor "
            + "plain "
            + "before saving: torch.nn.utils.parametrize.remove_parametrizations(model.fc, \"weight\")")]
    [InlineData("-fc.weight fc.parametrizations.weight.original:2,6 fc.parametrizations.weight.0._u:2 "
        + "fc.parametrizations.weight.0._v:6",
        "fc.parametrizations.weight.0._u is a part of fc.weight under a parametrization (spectral norm)")]
    [InlineData("-fc.weight fc.weight_orig:2,6 fc.weight_u:2 fc.weight_v:6",
        "fc.weight_orig is a part of fc.weight under spectral norm; make the tensor plain before saving: "
            + "torch.nn.utils.remove_spectral_norm(model.fc, \"weight\")")]
    [InlineData("-fc.weight fc.weight_orig:2,6 fc.weight_mask:2,6",
        "fc.weight_orig is a part of fc.weight under pruning; make the tensor plain before saving: "
            + "torch.nn.utils.prune.remove(model.fc, \"weight\")")]
    [InlineData("-fc head.0.weight_g:2,1 head.0.weight_v:2,6",
        "head.0.weight_g is a part of head.0.weight under weight norm; make the tensor plain before saving: "
            + "torch.nn.utils.remove_weight_norm(model.get_submodule(\"head.0\"), \"weight\")")]
    [InlineData("fc.weight_zero_point:2", "fc.weight_zero_point is F32, as of a quantised model, expected weights of floats")]
    [InlineData("-lstm.weight_hh_l0 lstm.weight_hh_l0_raw:12,3 lstm.weight_hh_l0_reverse:12,3",
        "lstm.weight_hh_l0_raw is a part of lstm.weight_hh_l0 under weight drop")]
    [InlineData("-weight_ih weight_hh_l0_g:12,1 weight_hh_l0_v:12,3",
        "weight_hh_l0_g is a part of weight_hh_l0 under weight norm; make the tensor plain before saving: "
            + "torch.nn.utils.remove_weight_norm(model, \"weight_hh_l0\")")]
    public void Tensors_that_PyTorch_computes_at_each_step_are_named(string changes, string expected)
    {
        using var file = new StateDictFile(changes);
        Assert.StartsWith("s.safetensors: " + expected, file.Error(), StringComparison.Ordinal);
    }
}
