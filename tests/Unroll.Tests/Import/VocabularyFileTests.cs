using Unroll.Import;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Import;

/// <summary>Vocabularies in the forms in which people have them.</summary>
public class VocabularyFileTests
{
    [Theory]
    [InlineData(StateDictFile.Words)]
    [InlineData("\uFEFF<pad>\r\n<unk>\r\na\r\nfine\r\ndull\r\ntune\r\n")]
    [InlineData("<pad>\n<unk>\na\nfine\ndull\ntune")]
    [InlineData("<pad>\n<unk>\na\nfine\ndull\ntune\n\n\n")]
    [InlineData("{\"<pad>\": 0, \"<unk>\": 1, \"a\": 2, \"fine\": 3, \"dull\": 4, \"tune\": 5}")]
    [InlineData("{\"tune\":5,\"dull\":4,\n \"fine\":3,\"a\":2,\n\"<unk>\":1,\"<pad>\":0}\n")]
    [InlineData("{\"0\": \"<pad>\", \"1\": \"<unk>\", \"2\": \"a\", \"3\": \"fine\", \"4\": \"dull\", \"5\": \"tune\"}")]
    [InlineData("[\"<pad>\", \"<unk>\", \"a\", \"fine\", \"dull\", \"tune\"]")]
    [InlineData("<pad>\t0\n<unk>\t1\na\t2\nfine\t3\ndull\t4\ntune\t5\n")]
    [InlineData("<pad> 0\n<unk> 1\na 2\nfine 3\ndull 4\ntune 5\n")]
    [InlineData("0\t<pad>\n1\t<unk>\n2\ta\n3\tfine\n4\tdull\n5\ttune\n")]
    [InlineData("0,<pad>\n1,<unk>\n2,a\n3,fine\n4,dull\n5,tune\n")]
    [InlineData("<pad>: 0\n<unk>: 1\na: 2\nfine: 3\ndull: 4\ntune: 5\n")]
    [InlineData("<pad>:0\n<unk>:1\na:2\nfine:3\ndull:4\ntune:5\n")]
    [InlineData("\"<pad>\"\n\"<unk>\"\n\"a\"\n\"fine\"\n\"dull\"\n\"tune\"")]
    [InlineData("\"<pad>\": 0,\n\"<unk>\": 1,\n\"a\": 2,\n\"fine\": 3,\n\"dull\": 4,\n\"tune\": 5\n")]
    [InlineData("'<pad>',\n'<unk>',\n'a',\n'fine',\n'dull',\n'tune',\n")]
    [InlineData("<pad>,\n<unk>,\na,\nfine,\ndull,\ntune\n")]
    [InlineData("\"<pad>\",0\n\"<unk>\",1\n\"a\",2\n\"fine\",3\n\"dull\",4\n\"tune\",5\n")]
    public void They_are_read_to_the_same_ids(string content)
    {
        using var file = new StateDictFile();
        ImportedModel model = file.Import(content);
        Assert.Equal(["<pad>", "<unk>", "a", "fine", "dull", "tune"], model.Classifier.Vocabulary.Tokens);
        Assert.Equal(StateDictFile.Good(file.Import(), "a fine tune"), StateDictFile.Good(model, "a fine tune"));
    }

    /// <summary>Rows that no token has: they are left out, and the words keep their own.</summary>
    [Theory]
    // Ids from 1, as Keras gives them: row 0 is the padding.
    [InlineData(6, "\n<unk>\na\nfine\ndull\ntune\n", "no text has a token of line 1 of the vocabulary, so the row there was "
        + "left out")]
    [InlineData(6, "{\"<OOV>\": 1, \"a\": 2, \"fine\": 3, \"dull\": 4, \"tune\": 5}", "<OOV> (id 1) is read as the unknown "
        + "word; no "
        + "token is known as the padding, which nothing reads")]
    [InlineData(6, "<unk>\t1\na\t2\nfine\t3\ndull\t4\ntune\t5\n", "the number on each line of the vocabulary is read as its "
        + "token's id")]
    [InlineData(6, "{\"<OOV>\": 1, \"a\": 2, \"fine\": 3, \"dull\": 4, \"tune\": 5}", "no text has a token of id 0 of the "
        + "vocabulary, so the row there was left out")]
    // Rows rounded up.
    [InlineData(8, "<pad>\n<unk>\na\nfine\ndull\ntune\n\n\n", "no text has a token of line 7, line 8 of the vocabulary, so the "
        + "row there "
        + "was left out")]
    [InlineData(8, "{\"<pad>\": 0, \"<unk>\": 1, \"a\": 2, \"fine\": 3, \"dull\": 4, \"tune\": 5}", "the word vectors have 8 "
        + "rows and "
        + "the ids end at 5: the rest were left out")]
    // A blank as spaCy's tokenizer makes it.
    [InlineData(7, "<pad>\n<unk>\na\nfine\ndull\ntune\n \n", "no text has a token of line 7 of the vocabulary, so the row "
        + "there was left out")]
    public void Rows_without_a_token_are_left_out(int rows, string content, string note)
    {
        using var file = new StateDictFile($"embedding.weight:{rows},4");
        ImportedModel model = file.Import(content);
        Assert.Contains(note, model.Notes);
        Assert.Equal(["<pad>", "<unk>", "a", "fine", "dull", "tune"], model.Classifier.Vocabulary.Tokens);
        string[] all = ["r0", "r1", "a", "fine", "dull", "tune", "r6", "r7"];
        ImportedModel asWords = file.Import(
            string.Join('\n', all[..rows]), options => options with { Unknown = UnknownWords.Refuse });
        Assert.Equal(StateDictFile.Good(asWords, "a fine tune"), StateDictFile.Good(model, "a fine tune"), 6);
        Assert.Equal(StateDictFile.Good(asWords, "r1 dull"), StateDictFile.Good(model, "zzz dull"), 6);
    }

    [Fact]
    public void A_blank_line_of_one_hot_words_is_a_column_without_a_token()
    {
        using var file = new StateDictFile("-embedding.weight lstm.weight_ih_l0:12,6 lstm.weight_ih_l0_reverse:12,6");
        ImportedModel model = file.Import("<unk>\na\n\nfine\ndull\ntune\n");
        Assert.Equal(["<pad>", "<unk>", "a", "fine", "dull", "tune"], model.Classifier.Vocabulary.Tokens);
        ImportedModel asWords = file.Import(
            "u\na\nr\nfine\ndull\ntune\n", options => options with { Unknown = UnknownWords.Refuse });
        Assert.Equal(StateDictFile.Good(asWords, "fine u"), StateDictFile.Good(model, "fine zzz"), 6);
    }

    [Theory]
    [InlineData("", "v.txt: the vocabulary is empty, expected one token a line")]
    [InlineData("\n\n", "v.txt: the vocabulary is empty, expected one token a line")]
    [InlineData(" \n\t\n", "v.txt: no token that a text can have, expected one token a line")]
    [InlineData("the 523\nfine 41\na 7\n", "v.txt:1: \"the 523\" is a token with a number beside it, and the numbers do not "
        + "count up from "
        + "0 or 1 as ids in order do; expected one token a line: if the line is the id, keep the token alone (cut -f1 in a "
        + "file with "
        + "tabs), else write JSON of tokens and ids")]
    [InlineData("the\t3\nfine\t2\na\t1\n", "v.txt:1: \"the\t3\" is a token with a number beside it")]
    [InlineData("3\tthe\n2\tfine\n1\ta\n", "v.txt:1: \"3\tthe\" is a token with a number beside it, and the numbers do not "
        + "count up from "
        + "0 or 1 as ids in order do; expected one token a line: if the line is the id, keep the token alone (cut -f2")]
    [InlineData("▁the\t-3.2\n▁a\t-4.5\n", "v.txt:1: \"▁the\t-3.2\" is a token with a number beside it")]
    [InlineData("word\tid\nthe\t0\nfine\t1\n", "v.txt:1: \"word\tid\" is a header line above tokens and ids, expected the first "
        + "token and its id; take the line out (tail -n +2)")]
    [InlineData("token,index\n\"the\",0\nfine,1\n", "v.txt:1: \"token,index\" is a header line above tokens and ids")]
    [InlineData("word\tcount\nthe\t9\nfine\t5\n", "v.txt:2: \"the\t9\" is a token with a number beside it below a header line")]
    [InlineData("the,9\nfine,5\n", "v.txt:1: \"the,9\" is a token with a number beside it, and the numbers do not count up from "
        + "0 or 1 as ids in order do; expected one token a line: if the line is the id, keep the token alone (cut -d, -f1)")]
    [InlineData("<unk>;\nthe;\nfine;\n", "v.txt: every token ends in ; as \"<unk>;\" does, so no word of a text would be known")]
    [InlineData("{\"token\": \"a\", \"id\": 0}\n{\"token\": \"b\", \"id\": 1}\n", "v.txt:1: JSON lines, expected one JSON object "
        + "of tokens and ids, or a list of tokens; write one object: jq -s 'map({(.token): .id}) | add' v.txt > vocabulary.json")]
    [InlineData("{\"version\": \"1.0\", \"model\": {\"vocab\": {\"a\": 0}}}", "v.txt: a tokenizer of Hugging Face, whose tokens "
        + "and ids are in model.vocab, expected these alone; save them: jq '.model.vocab' v.txt > vocabulary.json")]
    [InlineData("{\"class_name\": \"Tokenizer\", \"config\": {\"word_index\": \"{}\"}}", "v.txt: a tokenizer of Keras, whose "
        + "tokens and ids are in config.word_index, expected these alone; save them: jq '.config.word_index | fromjson' v.txt")]
    [InlineData("<pad>\n<unk>\na\0b\n", "v.txt:3: byte 2 is NUL, expected text; take NUL out of the file")]
    [InlineData("0\tthe\t523\n1\tfine\t41\n", "v.txt:1: \"0\tthe\t523\" is a token with other fields beside it")]
    [InlineData("the 0.1 0.2\nfine 0.3 0.4\n", "v.txt:1: \"the 0.1 0.2\" is a token with other fields beside it")]
    [InlineData("<unk>\nnew york\n", "v.txt: vocabulary line 2 is \"new york\", expected a token without white space; give the "
        + "token "
        + "alone, or empty the place, as no text has such a token")]
    [InlineData("<unk>\nfine \n", "v.txt: vocabulary line 2 is \"fine \", expected a token without white space; take off what "
        + "stands "
        + "beside the token")]
    [InlineData("<unk>\nfine\na\nfine\n", "v.txt: vocabulary line 4 repeats \"fine\" of line 2, and a token has one id; empty "
        + "the one that "
        + "the model does not read: its row then has no token")]
    [InlineData("{\"a\": 0, \"b\": 0}", "v.txt: the tokens \"a\" and \"b\" both have id 0, expected an id for each")]
    [InlineData("{\"a\": 0, \"a\": 1}", "v.txt: vocabulary id 1 repeats \"a\" of id 0")]
    [InlineData("{\"a\": 0.5}", "v.txt: the JSON object has the number 0.5 as \"a\", expected an id for each token")]
    [InlineData("{\"a\": -1}", "v.txt: the JSON object has the number -1 as \"a\"")]
    [InlineData("{\"a\": 99999999999}", "v.txt: the JSON object has the number 99999999999 as \"a\"")]
    [InlineData("{\"a\": null}", "v.txt: the JSON object has null as \"a\"")]
    [InlineData("{\"a\": \"0\"}", "v.txt: the JSON object has the text \"0\" as \"a\"")]
    [InlineData("{\"word2idx\": {\"a\": 0}}", "v.txt: the JSON object has an object as \"word2idx\", expected an id for each "
        + "token, as in "
        + "{\"<pad>\": 0, \"<unk>\": 1, \"the\": 2}; if \"word2idx\" holds the ids, save it alone as JSON")]
    [InlineData("[\"a\", 1]", "v.txt: place 1 of the JSON list is the number 1, expected a token in quotes")]
    [InlineData("[]", "v.txt: the vocabulary is empty, expected a token and its id")]
    [InlineData("{}", "v.txt: the vocabulary is empty, expected a token and its id")]
    [InlineData("{\"\\ud800\": 0}", "v.txt: a token holds half a surrogate pair, expected text; take it out")]
    [InlineData("{\"a\": 0, \"b\": 1", "v.txt:1: JSON that is cut short or damaged, expected a UTF-8 file with one token a "
        + "line or JSON; "
        + "write it in Python: json.dump(vocabulary, open(\"vocabulary.json\", \"w\"))")]
    [InlineData("{'a': 0, 'b': 1}", "v.txt:1: a list or dict as Python prints it, expected a UTF-8 file")]
    [InlineData("['a', 'b']", "v.txt:1: a list or dict as Python prints it, expected a UTF-8 file")]
    [InlineData("a\nfine\ndull\ntune\n", "v.txt: 4 tokens, but embedding.weight in s.safetensors has 6 rows; give the "
        + "vocabulary that the "
        + "model was trained with, a line for each row, an empty one for each of the 2 rows without a token: first if ids "
        + "begin at 1, "
        + "as Keras's do, and last if the rows were rounded up")]
    [InlineData("a\n\nfine\ndull\ntune\n", "v.txt: 4 tokens and 1 line without one, but embedding.weight in s.safetensors has "
        + "6 rows")]
    [InlineData("a\nb\nc\nd\ne\nf\ng\n", "v.txt: 7 tokens, but embedding.weight in s.safetensors has 6 rows; give the "
        + "vocabulary that the "
        + "model was trained with, a line for each row")]
    [InlineData("{\"a\": 0, \"b\": 6}", "v.txt: 2 tokens with ids up to 6, but embedding.weight in s.safetensors has 6 rows")]
    public void What_is_no_vocabulary_says_what_it_is(string content, string expected)
    {
        using var file = new StateDictFile();
        // A tab that is quoted is shown as an escape.
        string message = file.Error(content).Replace("\\u0009", "\t", StringComparison.Ordinal)
            .Replace("\\t", "\t", StringComparison.Ordinal);
        Assert.StartsWith(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<pad>\na\n<unk>\nfine\ndull\ntune\n", "<unk> moved from line 3 to line 2, its word vector with it")]
    [InlineData("a\n<unk>\nfine\ndull\ntune\nb\n", "<pad> was added to line 1, its word vector is zero")]
    [InlineData("<pad>\n<unk>\n[CLS]\n[SEP]\ndull\ntune\n", "the vocabulary has [CLS] and [SEP]: Unroll does not put such tokens "
        + "around a text, so a model that was trained with them answers otherwise")]
    [InlineData("*PAD*\n*UNK*\na\nfine\ndull\ntune\n", "*PAD* (line 1) is read as the padding and *UNK* (line 2) as the unknown "
        + "word")]
    public void A_note_says_what_was_made_of_special_tokens(string content, string note)
    {
        using var file = new StateDictFile();
        Assert.Contains(note, file.Import(content).Notes);
    }

    [Theory]
    [InlineData(
        "PK\u0003\u0004a.txt",
        "v.txt:1: the file is a zip archive, expected UTF-8 text; unpack it and give the file inside")]
    [InlineData(
        "%PDF-1.7\n",
        "v.txt:1: the file is a PDF document, expected UTF-8 text; write the vocabulary in Python: json.dump(")]
    public void A_file_that_is_no_text_has_advice_about_vocabularies(string content, string expected)
    {
        using var file = new StateDictFile();
        string error = file.Error(content);
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("rows", error, StringComparison.Ordinal);
        Assert.DoesNotContain("CSV", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_may_begin_with_brackets_and_hold_numbers()
    {
        using var file = new StateDictFile();
        Assert.Equal(
            ["<pad>", "<unk>", "[", "{", "1", "3,5"], file.Import("[PAD]\n[UNK]\n[\n{\n1\n3,5\n").Classifier.Vocabulary.Tokens);
    }
}
