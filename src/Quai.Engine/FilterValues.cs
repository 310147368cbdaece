using System.Text.RegularExpressions;
using Quai.Errors;

namespace Quai.Engine;

/// <summary>How Docker reads the values of one of a list's <c>filters</c>. A name given without any value is present, and nothing matches it.</summary>
public static class FilterValues
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a filter accepts something: it was not given, or one of its values matches.</summary>
    public static bool Any(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name, Func<string, bool> holds) =>
        !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.Any(holds);

    /// <summary>The same, except that a name without values accepts everything.</summary>
    public static bool AnyOrNone(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name, Func<string, bool> holds) =>
        !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.Count == 0 || values.Any(holds);

    /// <summary>Whether all values of a filter match.</summary>
    public static bool All(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name, Func<string, bool> holds) =>
        !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.All(holds);

    /// <summary>A boolean filter; null if it was not given.</summary>
    /// <exception cref="QuaiException">Its value is not a boolean, is missing, or is both true and false.</exception>
    public static bool? Switch(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name)
    {
        if (!filters.TryGetValue(name, out IReadOnlyList<string>? values))
        {
            return null;
        }

        bool on = values.Any(v => v is "true" or "1"), off = values.Any(v => v is "false" or "0");
        return on != off ? on : throw QuaiException.Invalid(values.Count == 0 ? $"invalid filter '{name}'" : $"invalid filter '{name}=[{string.Join(' ', values)}]'");
    }

    /// <summary>Tests for names: a value is a regular expression, or the whole name. An invalid expression is only the latter.</summary>
    private static Func<string, bool> Pattern(string value)
    {
        try
        {
            Regex regex = new(value, RegexOptions.CultureInvariant, s_patience);
            return text => text == value || regex.IsMatch(text);
        }
        catch (ArgumentException)
        {
            return text => text == value;
        }
    }

    /// <summary>A name filter over values as read by Pattern. Create it once per list.</summary>
    public static Func<string, bool> Names(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name)
    {
        Func<string, bool>[] patterns = [.. filters.GetValueOrDefault(name, []).Select(Pattern)];
        return text => patterns.Length == 0 || Array.Exists(patterns, matches => matches(text));
    }
}
