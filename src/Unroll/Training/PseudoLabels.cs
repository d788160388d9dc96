namespace Unroll.Training;

/// <summary>Chooses the rows that may be learned with the label that two models give them.</summary>
/// <remarks>
/// Both must say the same label. Of the rows of a label each model makes an order, from the least to the most sure, and the rows
/// whose places in both add up to most are taken. How sure a model is in numbers is not compared: naive Bayes is always too sure.
/// Labels keep the shares that they have among the labelled rows: otherwise a label that the models say a little too often would
/// be said more often still by the model that learns these rows.
/// </remarks>
internal static class PseudoLabels
{
    /// <summary>Chooses rows.</summary>
    /// <param name="first">What one model says.</param>
    /// <param name="second">What another says of the same rows.</param>
    /// <param name="labelledRows">How many labelled rows each class has, [C].</param>
    /// <param name="most">How many rows shall be chosen; fewer where the models do not agree on so many.</param>
    /// <returns>The chosen rows, ascending; their label is the one that both say.</returns>
    public static int[] Choose(Opinions first, Opinions second, IReadOnlyList<int> labelledRows, int most)
    {
        double all = labelledRows.Sum();
        var chosen = new List<int>();
        IEnumerable<IGrouping<int, int>> agreed = Enumerable.Range(0, first.Labels.Length)
            .Where(row => first.Labels[row] == second.Labels[row]).GroupBy(row => first.Labels[row]);
        foreach (IGrouping<int, int> rows in agreed)
        {
            int count = (int)Math.Round(most * (labelledRows[rows.Key] / all), MidpointRounding.AwayFromZero);
            chosen.AddRange(Surest([.. rows], count, first, second));
        }
        return [.. chosen.Order()];
    }

    private static IEnumerable<int> Surest(int[] rows, int count, params Opinions[] models)
    {
        int[] places = new int[rows.Length];
        foreach (Opinions model in models)
        {
            // The sort is stable: of equals the earlier row has the earlier place.
            int[] order = [.. Enumerable.Range(0, rows.Length).OrderBy(i => model.LogOdds[rows[i]])];
            for (int place = 0; place < order.Length; place++)
                places[order[place]] += place;
        }
        return Enumerable.Range(0, rows.Length).OrderByDescending(i => places[i]).Take(count).Select(i => rows[i]);
    }
}
