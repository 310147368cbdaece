using Quai.Errors;

namespace Quai.Networks.Egress;

/// <summary>
/// What containers may reach outside of their network: rules in order, of which the first that fits decides. What none fits is let through, or left to the next
/// policy: that of an endpoint is asked before that of its network.
/// <code>
/// EgressPolicy.Parse("deny 10.0.0.0/8; allow *.debian.org tcp/443; allow 1.1.1.1 udp/53; deny any");
/// </code>
/// </summary>
public sealed record EgressPolicy
{
    /// <summary>The option of networks and endpoints that has the text of one.</summary>
    public const string Option = "quai.egress";

    private const int MostRules = 256;
    private const char Separator = ';';

    private EgressPolicy(IReadOnlyList<EgressRule> rules) => Rules = rules;

    /// <summary>The rules in their order; at least one.</summary>
    public IReadOnlyList<EgressRule> Rules { get; }

    /// <summary>Whether any rule goes by a DNS name.</summary>
    public bool HasNames => Rules.Any(r => r.Target.Name is not null);

    /// <summary>Whether there is anything that it denies.</summary>
    public bool Denies => Rules.Any(r => !r.Allows);

    /// <summary>Reads a policy's text.</summary>
    /// <param name="text">Rules with semicolons between them.</param>
    /// <returns>The policy; null where the text is empty, which stands for none.</returns>
    /// <exception cref="QuaiException">The text is malformed; the sentence says where, and what would be right.</exception>
    public static EgressPolicy? Parse(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        string[] parts = text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is 0 or > MostRules)
        {
            throw Malformed(text.Length > 100 ? text[..100] + "…" : text, parts.Length == 0 ? "it has no rule" : $"it has more than {MostRules} rules");
        }

        var rules = new EgressRule[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            rules[i] = EgressRule.TryParse(parts[i], out EgressRule? rule, out string? wrong) ? rule : throw Malformed(parts[i], wrong);
            if (i > 0 && rules[i - 1].FitsAll)
            {
                throw Malformed(parts[i], $"nothing comes to a rule that is after \"{rules[i - 1]}\"");
            }
        }

        return new EgressPolicy(rules);
    }

    /// <summary>The text, as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Join($"{Separator} ", Rules);

    private static QuaiException Malformed(string what, string why) => QuaiException.Invalid($"invalid {Option} \"{what}\": {why}");
}
