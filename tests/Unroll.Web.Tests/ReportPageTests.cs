using System.Text;
using System.Text.Json;
using Xunit;

namespace Unroll.Web.Tests;

public class ReportPageTests
{
    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<!-- ]]> & &lt;")]
    [InlineData("\u2028 and \u2029, € and â, \U0001F3AC, جميل")]
    public void What_stands_in_a_script_element_is_the_same_JSON_without_what_could_end_it(string text)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(text, SentencePages.Unescaped);
        using var output = new MemoryStream();
        ReportPage.WriteEscaped(output, json);
        string written = Encoding.UTF8.GetString(output.ToArray());
        Assert.Equal(-1, written.AsSpan().IndexOfAny("<>&\u2028\u2029"));
        Assert.Equal(text, JsonSerializer.Deserialize<string>(written));
    }

    [Fact]
    public void The_page_is_one_file_that_names_no_other()
    {
        Assert.SkipUnless(ReportPage.IsBuilt, "needs the page: " + ReportPage.HowToBuild);
        using var output = new MemoryStream();
        ReportPage.Write(output, """{"title":"t","runs":[],"sentences":[]}"""u8);
        string page = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("id=\"unroll-data\">{\"title\":\"t\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script[^>]+src=|<link[^>]+stylesheet|@import|url\\(\\s*['\"]?http", page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }
}
