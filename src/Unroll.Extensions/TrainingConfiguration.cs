using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Unroll.Data;
using Unroll.Training;

namespace Unroll.Extensions;

/// <summary>Settings of a training from the configuration of a program.</summary>
public static class TrainingConfiguration
{
    private static readonly string[] NotSettings = [nameof(TrainingOptions.GradientFlow), nameof(TrainingOptions.Checkpoint)];

    /// <summary>
    /// Reads the settings of a section, by their names in <see cref="TrainingOptions"/>, whatever their case: numbers, true or
    /// false, names of choices, <c>LabelWeights:good</c>, <c>Schedule:Kind</c>, <c>Transformer:Heads</c>.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <returns>The settings; what the section does not have is the default.</returns>
    /// <exception cref="InputException">A key is none of a setting's, or a value cannot be used.</exception>
    public static TrainingOptions GetTrainingOptions(this IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var options = new TrainingOptions();
        foreach (IConfigurationSection entry in section.GetChildren())
            Set(options, typeof(TrainingOptions), entry);
        options.Validate();
        return options;
    }

    private static void Set(
        object target, [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicProperties)] Type type,
        IConfigurationSection entry)
    {
        PropertyInfo[] settings =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite && !NotSettings.Contains(property.Name)),
        ];
        PropertyInfo? setting = settings.FirstOrDefault(
            property => property.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase));
        if (setting is null)
        {
            string hint = NearestName.Of(entry.Key, settings.Select(property => property.Name)) is { } near
                ? $"; did you mean {near}?"
                : $"; expected a property of {type.Name}";
            throw new InputException($"configuration {entry.Path}: unknown key \"{entry.Key}\"{hint}");
        }
        if (setting.PropertyType == typeof(TransformerOptions))
        {
            TransformerOptions transformer = ((TrainingOptions)target).Transformer with { };
            foreach (IConfigurationSection child in entry.GetChildren())
                Set(transformer, typeof(TransformerOptions), child);
            setting.SetValue(target, transformer);
        }
        else if (setting.PropertyType == typeof(LearningRateSchedule))
        {
            LearningRateSchedule schedule = ((TrainingOptions)target).Schedule with { };
            foreach (IConfigurationSection child in entry.GetChildren())
                Set(schedule, typeof(LearningRateSchedule), child);
            setting.SetValue(target, schedule);
        }
        else if (setting.PropertyType == typeof(IReadOnlyDictionary<string, float>))
        {
            setting.SetValue(
                target, entry.GetChildren().ToDictionary(child => child.Key, child => (float)Convert(child, typeof(float))!));
        }
        else if (setting.PropertyType == typeof(IReadOnlyList<float>))
        {
            setting.SetValue(target, entry.GetChildren().Select(child => (float)Convert(child, typeof(float))!).ToArray());
        }
        else
        {
            setting.SetValue(target, Convert(entry, setting.PropertyType));
        }
    }

    private static object? Convert(IConfigurationSection entry, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        string? text = entry.Value;
        if (string.IsNullOrEmpty(text) && plain != type)
            return null;
        if (text is null)
        {
            throw new InputException(
                $"configuration {entry.Path}: holds other keys, expected {Expected(plain)}; write the value itself there");
        }
        CultureInfo invariant = CultureInfo.InvariantCulture;
        object? value;
        if (plain == typeof(string))
            value = text;
        else if (plain.IsEnum)
            value = Enum.TryParse(plain, text, true, out object? choice) && Enum.IsDefined(plain, choice) ? choice : null;
        else if (plain == typeof(bool))
            value = bool.TryParse(text, out bool flag) ? flag : null;
        else if (plain == typeof(int))
            value = int.TryParse(text, NumberStyles.Integer, invariant, out int number) ? number : null;
        else if (plain == typeof(ulong))
            value = ulong.TryParse(text, NumberStyles.None, invariant, out ulong seed) ? seed : null;
        else if (plain == typeof(float))
            value = float.TryParse(text, NumberStyles.Float, invariant, out float single) ? single : null;
        else if (plain == typeof(double))
            value = double.TryParse(text, NumberStyles.Float, invariant, out double real) ? real : null;
        else
            throw new InvalidOperationException($"no way to read a {plain.Name}");
        return value ?? throw new InputException($"configuration {entry.Path}: is {text}, expected {Expected(plain)}");
    }

    private static string Expected(Type type) =>
        type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
        : type == typeof(bool) ? "true or false"
        : type == typeof(string) ? "a text"
        : type == typeof(int) || type == typeof(ulong) ? "a whole number"
        : "a number";
}
