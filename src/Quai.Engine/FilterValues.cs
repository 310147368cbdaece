using System.Text.RegularExpressions;
using Quai.Errors;

namespace Quai.Engine;

/// <summary>How Docker reads the values of one of a list's <c>filters</c>. A name that was given without any value is there, and nothing equals none of its values.</summary>
public static class FilterValues
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a filter lets something pass: it was not given, or one of its values holds.</summary>
    public static bool Any(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name, Func<string, bool> holds) =>
        !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.Any(holds);

    /// <summary>The same, where a name without values lets all pass.</summary>
    public static bool AnyOrNone(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name, Func<string, bool> holds) =>
        !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.Count == 0 || values.Any(holds);

    /// <summary>Whether all values of a filter hold.</summary>
    public static bool All(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name, Func<string, bool> holds) =>
        !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.All(holds);

    /// <summary>A filter that is on or off; null when it was not given.</summary>
    /// <exception cref="QuaiException">Its value is no boolean, or there is none, or both.</exception>
    public static bool? Switch(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name)
    {
        if (!filters.TryGetValue(name, out IReadOnlyList<string>? values))
        {
            return null;
        }

        bool on = values.Any(v => v is "true" or "1"), off = values.Any(v => v is "false" or "0");
        return on != off ? on : throw QuaiException.Invalid(values.Count == 0 ? $"invalid filter '{name}'" : $"invalid filter '{name}=[{string.Join(' ', values)}]'");
    }

    /// <summary>Tests for names: a value is a regular expression, or the whole name. What is no expression is only the latter.</summary>
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

    /// <summary>A filter for names, whose values are such as Pattern reads: what it lets pass. To be made once for a list.</summary>
    public static Func<string, bool> Names(this IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name)
    {
        Func<string, bool>[] patterns = [.. filters.GetValueOrDefault(name, []).Select(Pattern)];
        return text => patterns.Length == 0 || Array.Exists(patterns, matches => matches(text));
    }
}
