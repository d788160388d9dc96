using System.Text;
using System.Text.Json;
using Unroll.Classroom.Marks;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

public class GradebookTests
{
    private static readonly SheetScore[] Scores = [Quoted(), new("=c.cs")];

    [Fact]
    public void The_table_has_a_line_a_sheet_and_its_remarks()
    {
        using var table = new StringWriter { NewLine = "\n" };
        Gradebook.WriteTable(table, Scores);
        Assert.Equal("""
            sheet    parameters  forward  update  prediction  total
            a, b.cs           5      3.5       0           0    8.5
              forward: b is missing, "b"
            =c.cs             0        0       0           0      0

            2 sheets, mean 4.25 of 20

            """, table.ToString());
    }

    [Fact]
    public void The_csv_holds_the_same_marks_and_no_formula()
    {
        using var csv = new StringWriter();
        Gradebook.WriteCsv(csv, Scores);
        Assert.Equal(""""
            sheet,parameters,forward,update,prediction,total,status,remarks
            "a, b.cs",5,3.5,0,0,8.5,marked,"b is missing, ""b"""
            "'=c.cs",0,0,0,0,0,marked,

            """", csv.ToString());
    }

    [Fact]
    public void The_json_of_a_score_has_all_of_it()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Quoted().WriteFields(json);
            json.WriteEndObject();
        }
        Assert.Equal(
            """{"sheet":"a, b.cs","status":"marked","marks":{"parameters":5,"forward":3.5,"update":0,"prediction":0}"""
            + ""","total":8.5,"hidden":2,"learning_rate":null"""
            + ""","remarks":[{"part":"forward","text":"b is missing, \u0022b\u0022"}]}""",
            Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Fact]
    public void A_score_in_one_line_is_the_sheet_and_its_total() => Assert.Equal("a, b.cs 8.5", Quoted().ToString());

    [Fact]
    public void Every_criterion_and_every_status_has_a_name()
    {
        Assert.All(Enum.GetValues<Criterion>(), criterion => Assert.NotEmpty(criterion.Name()));
        Assert.All(Enum.GetValues<SheetStatus>(), status => Assert.NotEmpty(status.Name()));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((SheetStatus)99).Name());
    }

    private static SheetScore Quoted()
    {
        var score = new SheetScore("a, b.cs") { Hidden = 2, [Criterion.Parameters] = 5, [Criterion.Forward] = 3.5 };
        score.AddRemark(Criterion.Forward, "b is missing, \"b\"");
        return score;
    }
}
