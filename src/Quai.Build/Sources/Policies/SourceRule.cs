using System.Text.RegularExpressions;
using Quai.BuildProtocol.Llb;
using Quai.BuildProtocol.SourcePolicies;
using Quai.Errors;
using MatchType = Quai.BuildProtocol.SourcePolicies.MatchType;

namespace Quai.Build.Sources.Policies;

/// <summary>A rule of a source policy: which sources it is about, and what becomes of them.</summary>
internal sealed class SourceRule
{
    private readonly string _exact;
    private readonly Regex? _pattern;
    private readonly IReadOnlyList<(string Key, Func<string?, bool> Holds)> _constraints;
    private readonly Update? _update;

    private SourceRule(PolicyAction action, Selector selector, Update? update)
    {
        Action = action;
        _exact = selector.Identifier;
        _pattern = selector.MatchType switch
        {
            MatchType.Exact => null,
            MatchType.Regex => Compiled(selector.Identifier),
            MatchType.Wildcard => Compiled("^" + string.Join("(.*?)", selector.Identifier.Split('*').Select(Regex.Escape)) + "$"),
            _ => throw QuaiException.Invalid($"source policy: unknown match type {selector.MatchType}"),
        };
        _constraints = [.. selector.Constraints.Select(c => (c.Key, Condition(c)))];
        _update = update;
    }

    /// <summary>What becomes of sources that it fits.</summary>
    public PolicyAction Action { get; }

    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is malformed.</exception>
    public static SourceRule Read(Rule rule)
    {
        if (rule.Selector is null)
        {
            throw QuaiException.Invalid("source policy: a rule has no selector");
        }

        return rule.Action is PolicyAction.Allow or PolicyAction.Deny or PolicyAction.Convert
            ? new SourceRule(rule.Action, rule.Selector, rule.Updates)
            : throw QuaiException.Invalid($"source policy: unknown action {rule.Action}");
    }

    /// <summary>Whether it is about a source.</summary>
    public bool Fits(SourceOp source) =>
        _constraints.All(c => c.Holds(source.Attrs.TryGetValue(c.Key, out string? value) ? value : null))
        && (source.Identifier == _exact || _pattern?.IsMatch(source.Identifier) == true);

    /// <summary>What stands for a source that it fits.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it does not say what.</exception>
    public SourceOp Convert(SourceOp source)
    {
        if (_update is null || (_update.Identifier.Length == 0 && _update.Attrs.Count == 0))
        {
            throw QuaiException.Invalid("error mutating source policy: missing destination for convert rule");
        }

        SourceOp other = source.Clone();
        if (_update.Identifier.Length > 0)
        {
            // A pattern's parts are named ${1}, ${2} in what stands for it.
            other.Identifier = _pattern is null || source.Identifier == _exact ? _update.Identifier : _pattern.Replace(source.Identifier, _update.Identifier, 1);
        }

        foreach ((string key, string value) in _update.Attrs)
        {
            other.Attrs[key] = value;
        }

        return other;
    }

    private static Func<string?, bool> Condition(AttrConstraint constraint)
    {
        switch (constraint.Condition)
        {
            case AttrMatch.Equal:
                return value => value == constraint.Value;
            case AttrMatch.Notequal:
                return value => value != constraint.Value;
            case AttrMatch.Matches:
                Regex pattern = Compiled(constraint.Value);
                return value => pattern.IsMatch(value ?? "");
            default:
                throw QuaiException.Invalid($"source policy: unknown condition {constraint.Condition}");
        }
    }

    // A client's patterns take no longer than the text is long.
    private static Regex Compiled(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw QuaiException.Invalid($"source policy: \"{pattern}\" is no regular expression: {e.Message}", e);
        }
    }
}
