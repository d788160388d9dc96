using System.Globalization;

namespace Unroll.Data;

/// <summary>Finds the column that a person means: by its name, without regard to case, or by its number from 1.</summary>
internal static class ColumnNames
{
    /// <summary>A column by its name, or else by its number.</summary>
    /// <param name="header">The names.</param>
    /// <param name="table">Whose they are, for errors.</param>
    /// <param name="property">Where the column was named, for errors.</param>
    /// <param name="given">The name or number.</param>
    /// <exception cref="InputException">There is no such column, or several have the name.</exception>
    public static int Find(TableRow header, TableRows table, string property, string given)
    {
        if (ByName(header, table, property, given) is { } place)
            return place;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return ByNumber(header, table, property, number);
        RequireNoOuterQuotes(header, table, given);
        IReadOnlyList<string> names = header.Fields;
        string nearest = NearestName.Of(given, names) is { } name
            ? $"; did you mean {property} = \"{name}\"?"
            : $"; give {property} one of them or a number";
        throw new InputException(
            $"{table.Source}:{header.Line}: header {Excerpt.Of(names)} has no column {Excerpt.Of(given)}{nearest}" +
            PartedBy(header, table, given));
    }

    /// <summary>A column by its name; null if none has it.</summary>
    /// <exception cref="InputException">Several columns have the name.</exception>
    public static int? ByName(TableRow header, TableRows table, string property, string name)
    {
        IReadOnlyList<string> names = header.Fields;
        int[] places = [.. Enumerable.Range(0, names.Count).Where(IsNamed)];
        return places.Length switch
        {
            0 => null,
            1 => places[0],
            _ => throw new InputException(
                $"{table.Source}:{header.Line}: {places.Length} columns have the name {Excerpt.Of(name)}, expected one; " +
                $"give {property} a number from 1 to {names.Count}"),
        };

        bool IsNamed(int place) => names[place].Trim().Equals(name.Trim(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A column by its number.</summary>
    /// <exception cref="InputException">There are not so many.</exception>
    public static int ByNumber(TableRow row, TableRows table, string property, int number)
    {
        int count = row.Fields.Count;
        return number >= 1 && number <= count
            ? number - 1
            : throw new InputException(
                $"{table.Source}:{row.Line}: no column {number} for {property} among {Excerpt.OfColumns(count)}; " +
                $"give a number from 1 to {count}{table.PartedBy}");
    }

    /// <summary>Refuses rows that are one column only because each stands in quotes as a whole.</summary>
    /// <param name="header">The names.</param>
    /// <param name="table">Whose they are.</param>
    /// <param name="wanted">A name that one of them should have.</param>
    /// <exception cref="InputException">They are such.</exception>
    public static void RequireNoOuterQuotes(TableRow header, TableRows table, string wanted)
    {
        if (header.Fields is [{ } only] && Delimiters.Between(only, wanted) is { } between && table.PartsBy(between))
        {
            throw new InputException(
                $"{table.Source}:{header.Line}: the whole row {Excerpt.Of(only)} stands in quotes and is one column, " +
                "expected quotes around single fields; take the outer ones off: sed 's/^\"//; s/\"$//; s/\"\"/\"/g'");
        }
    }

    /// <summary>What parts the columns, to stand behind an error, or what may have been meant to.</summary>
    public static string PartedBy(TableRow header, TableRows table, string wanted) =>
        header.Fields is [{ } only] && Delimiters.Between(only, wanted) is { } between
            ? $"; columns seem to be parted by {Delimiters.NameOf(between)}, give DataFormat.Kind = Csv and " +
              $"DataFormat.Delimiter = \"{between}\""
            : table.PartedBy;
}
