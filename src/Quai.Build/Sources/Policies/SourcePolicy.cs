using Quai.BuildProtocol.Llb;
using Quai.BuildProtocol.SourcePolicies;
using Quai.Errors;

namespace Quai.Build.Sources.Policies;

/// <summary>Which sources a build may have, and which stand for others, as its client said it: rules that are looked at in order. What no rule refuses is allowed.</summary>
public sealed class SourcePolicy
{
    // As many as BuildKit allows: rules that send one source to and fro would never end.
    private const int MostChanges = 20;

    private readonly IReadOnlyList<SourceRule> _rules;

    private SourcePolicy(IReadOnlyList<SourceRule> rules) => _rules = rules;

    /// <summary>Reads a policy.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: a rule is malformed.</exception>
    public static SourcePolicy Read(Policy policy) => new([.. policy.Rules.Select(SourceRule.Read)]);

    /// <summary>The source that is to be taken where a graph names one.</summary>
    /// <param name="source">The source of the graph; it is left as it is.</param>
    /// <returns>The same, or another that stands for it.</returns>
    /// <exception cref="QuaiException">Kind Forbidden: the policy refuses it. Kind InvalidParameter: it cannot be decided.</exception>
    public SourceOp Apply(SourceOp source)
    {
        for (int i = 0; i < MostChanges; i++)
        {
            SourceOp? other = ApplyOnce(source);
            if (other is null)
            {
                return source;
            }

            source = other;
        }

        throw QuaiException.Invalid($"too many mutations on a single source: the policy still changes {source.Identifier} after {MostChanges} times");
    }

    // The last rule that fits decides, but a change is made at once, and all rules are asked anew.
    private SourceOp? ApplyOnce(SourceOp source)
    {
        bool isDenied = false;
        foreach (SourceRule rule in _rules.Where(r => r.Fits(source)))
        {
            switch (rule.Action)
            {
                case PolicyAction.Allow:
                    isDenied = false;
                    break;
                case PolicyAction.Deny:
                    isDenied = true;
                    break;
                case PolicyAction.Convert:
                    SourceOp other = rule.Convert(source);
                    if (!other.Equals(source))
                    {
                        return other;
                    }

                    break;
            }
        }

        return isDenied ? throw new QuaiException(ErrorKind.Forbidden, $"source \"{source.Identifier}\" denied by policy: source denied by policy") : null;
    }
}
