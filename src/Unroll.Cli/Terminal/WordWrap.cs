namespace Unroll.Cli;

/// <summary>Breaks long lines between words.</summary>
internal static class WordWrap
{
    private const int Usual = 80;

    /// <summary>The columns of the screen; 80 where nobody knows.</summary>
    public static int ScreenWidth
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and int width ? width : Usual;
            }
            catch (IOException)
            {
                return Usual;
            }
        }
    }

    /// <summary>The lines of a text, none of them longer than a width but for a word that is longer itself.</summary>
    /// <param name="text">Any text; its own line ends stay.</param>
    /// <param name="width">The most characters of a line.</param>
    public static IEnumerable<string> Lines(string text, int width)
    {
        foreach (string line in text.Split('\n'))
        {
            int start = 0;
            while (line.Length - start > width)
            {
                int blank = line.LastIndexOf(' ', start + width, width);
                if (blank <= start)
                    blank = line.IndexOf(' ', start + width);
                if (blank < 0)
                    break;
                yield return line[start..blank];
                start = blank + 1;
            }
            yield return line[start..];
        }
    }
}
