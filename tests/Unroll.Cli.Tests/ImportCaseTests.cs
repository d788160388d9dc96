using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>
/// State dicts, vocabularies and word vectors as people have given them, which stand beside the repository where they are
/// present.
/// </summary>
public class ImportCaseTests
{
    private const string Import = "import s.safetensors --vocabulary v.txt --labels bad,good";
    private const string Train = "train d.csv --epochs 1 --hidden 4 --threads 1 --no-baselines --bidirectional=false --out m "
        + "--vectors ";

    // The case, the command in its folder, the exit code and what it says.
    public static IEnumerable<TheoryDataRow<string, string, int, string>> Cases =>
    [
        new("64-import-two-linear-head", Import, 2, "the head is a chain of linear layers, and Unroll's is one"),
        new("65-import-two-linear-ambiguous", Import, 2, "the head is a chain of linear layers, and Unroll's is one"),
        new("65-import-two-linear-ambiguous", Import + " --ignore fc2", 2, "--ignore leaves out what takes part: fc2.bias"),
        new("70-import-weightnorm", Import, 2, "torch.nn.utils.remove_weight_norm(model.lstm, \"weight_hh_l0\")"),
        new("71-import-parametrizations", Import, 2,
            "torch.nn.utils.parametrize.remove_parametrizations(model.lstm, \"weight_hh_l0\")"),
        new("74-import-bin-legacy", Import.Replace("s.safetensors", "pytorch_model.bin"), 2, "pytorch_model.bin: a file of "
            + "torch.save"),
        new("75-import-h5", Import.Replace("s.safetensors", "model.h5"), 2, "model.h5: an HDF5 file (Keras"),
        new("76-import-npz", Import.Replace("s.safetensors", "w.npz"), 2, "w.npz: an archive of NumPy arrays (.npz), expected"),
        new("76-import-npz", Import.Replace("s.safetensors", "m.keras"), 2, "m.keras: an archive of NumPy arrays (.npz), "
            + "expected"),
        new("77-import-onnx", Import.Replace("s.safetensors", "m.onnx"), 2, "m.onnx: an ONNX model, expected safetensors"),
        new("78-import-index-json", Import.Replace("s.safetensors", "model.safetensors.index.json"), 2, "an index of a model's "
            + "shards"),
        new("79-vocab-json", Import.Replace("v.txt", "vocab.json"), 0, "6 tokens"),
        new("80-vocab-with-counts", Import, 0, "the number on each line of the vocabulary is read as its token's id"),
        new("81-vocab-keras-plus-one", Import, 2, "an empty one for each of the 1 row without a token: first if ids begin at 1"),
        new("81-vocab-keras-plus-one", Import.Replace("v.txt", "v2.txt") + " --unknown drop", 0, "read as one padding, row 0"),
        new("81-vocab-keras-plus-one", Import.Replace("v.txt", "v3.txt") + " --unknown refuse", 0, "5 tokens"),
        new("82-vocab-upper-special", Import, 0, "<PAD> (line 2) is read as the padding and <UNK> (line 1) as the unknown word"),
        new("82-vocab-upper-special", Import + " --unknown token", 0, "<PAD> (line 2) is read as the padding and <UNK> (line 1)"),
        new("82-vocab-upper-special", Import + " --padding <PAD> --unknown <UNK>", 0, "<PAD> (line 2) is read as the padding"),
        new("86-vocab-rows-padded", Import, 2, "an empty one for each of the 2 rows without a token"),
        new("91-batchnorm", Import, 2, "bn.weight [6] are a batch norm; that takes part"),
        new("91-batchnorm", Import + " --ignore bn", 2, "--ignore leaves out what takes part: bn.bias"),
        new("93-metadata-null", Import, 0, "6 tokens"),
        new("93-metadata-number", Import, 2, "__metadata__ has "),
        new("98-new-dtypes", Import, 2, "scale [4]"),
        new("98-new-dtypes", Import + " --ignore scale", 0, "warning: left out: scale"),
        new("102-git-lfs-pointer", Import, 2, "a Git LFS pointer, not the file itself, expected safetensors; fetch it with git "
            + "lfs pull"),
        new("129-vec-blank-word", Train + "v.vec", 0, "v.vec: line 3 was passed over, one whose word is white space"),
        new("130-vec-tab-word", Train + "v.vec", 0, "v.vec: line 3 was passed over, one whose word is white space"),
        new("132-vec-bad-utf8", Train + "v.vec", 0, "v.vec: line 3 was passed over, one whose word is not UTF-8"),
        new("133-vec-binary", Train + "v.bin", 2, "word vectors in word2vec's binary form"),
        new("136-unknown-refuse-predict", Import + " --unknown refuse", 0, "give --unknown drop if the model drops such words"),
        new("136-unknown-refuse-predict", Import + " --unknown drop", 0, "a text with nothing left is read as one <pad> (line "
            + "1)"),
        new("173-vocab-spacy-blank", Import, 0, "no text has a token of line 4 of the vocabulary"),
        new("175-vocab-index-first", Import, 0, "the number on each line of the vocabulary is read as its token's id"),
        new("176-bidirectional-output-minus-one", Import, 0, "output[:, -1] is another vector"),
        new("177-two-heads-follow-hint", "import s.safetensors --vocabulary v.txt --labels a,b,c,d,e", 2, "the head is a chain"),
        new("177-two-heads-follow-hint", "import s.safetensors --vocabulary v.txt --labels a,b,c,d,e --ignore "
            + "fc2", 2, "the head is a chain"),
        new("184-layernorm-emb", Import, 2, "norm.bias [4], norm.weight [4] are a norm (layer norm or the like)"),
        new("185-multilabel-bce", "import s.safetensors --vocabulary v.txt --labels a,b,c", 0, "probabilities are one softmax "
            + "over all"),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_case_is_read_or_says_what_it_is(string name, string command, int exitCode, string expected)
    {
        using TemporaryFolder folder = CopyOf(name);
        CommandRun run = In(folder, command);
        Assert.Contains(expected, run.Output + run.Error, StringComparison.Ordinal);
        Assert.Equal(exitCode, run.ExitCode);
        if (exitCode != 0)
            Assert.Single(run.Error.TrimEnd('\n').Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("train again", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Probabilities that the issue measured beside PyTorch's.</summary>
    [Fact]
    public void Imported_models_answer_as_PyTorch_does()
    {
        using TemporaryFolder upper = CopyOf("82-vocab-upper-special");
        Assert.Equal(0, In(upper, Import + " --out m").ExitCode);
        Assert.StartsWith("bad\t0.5649\t", CommandRun.Of("predict", upper["m"], "a fine tune").Output, StringComparison.Ordinal);
        using TemporaryFolder dropping = CopyOf("136-unknown-refuse-predict");
        Assert.Equal(0, In(dropping, Import + " --unknown drop --out m").ExitCode);
        string[] lines = CommandRun.Of("predict", dropping["m"], "a fine tune", "a zzz fine yyy tune", "zzz").Output.Split('\n');
        Assert.StartsWith("bad\t0.5064\t", lines[0], StringComparison.Ordinal);
        Assert.Equal(lines[0].Split('\t')[..2], lines[1].Split('\t')[..2]);
        Assert.Equal(4, lines.Length);
    }

    // A blank in an argument is written ~.
    private static CommandRun In(TemporaryFolder folder, string command) => CommandRun.Of(
        [
            .. command.Split(' ').Select(argument => argument.Replace('~', ' '))
                .Select(argument => File.Exists(folder[argument]) || argument == "m" ? folder[argument] : argument),
        ]);

    private static TemporaryFolder CopyOf(string name)
    {
        string source = Path.Combine(RepositoryRoot.Path, "..", "shared", "cases", name);
        if (!Directory.Exists(source))
            Assert.Skip($"needs the input of case {name} in ../shared/cases");
        var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(source))
            File.Copy(file, folder[Path.GetFileName(file)]);
        return folder;
    }
}
