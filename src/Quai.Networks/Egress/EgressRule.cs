using System.Diagnostics.CodeAnalysis;

namespace Quai.Networks.Egress;

/// <summary>One rule of an <see cref="EgressPolicy"/>.</summary>
/// <param name="Allows">Whether what it fits is let through; else it is dropped.</param>
/// <param name="Target">Where to.</param>
/// <param name="Service">By which protocol and ports; null for any.</param>
public sealed record EgressRule(bool Allows, EgressTarget Target, EgressService? Service)
{
    private const string Allow = "allow", Deny = "deny";

    /// <summary>Whether nothing comes past it.</summary>
    public bool FitsAll => Target.IsAny && Service is null;

    /// <summary>The text, as <see cref="EgressPolicy.Parse"/> reads it.</summary>
    public override string ToString() => $"{(Allows ? Allow : Deny)} {Target}{(Service is { } service ? $" {service}" : "")}";

    /// <summary>Reads <c>allow|deny TARGET [PROTOCOL[/PORT[-PORT]]]</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="wrong">What is wrong with the text.</param>
    internal static bool TryParse(string text, [NotNullWhen(true)] out EgressRule? rule, [NotNullWhen(false)] out string? wrong)
    {
        rule = null;
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is < 2 or > 3 || words[0] is not (Allow or Deny))
        {
            wrong = "a rule is \"allow\" or \"deny\", a target, and perhaps a protocol: allow 192.0.2.0/24 tcp/443";
            return false;
        }

        if (!EgressTarget.TryParse(words[1], out EgressTarget? target, out wrong))
        {
            return false;
        }

        EgressService? service = null;
        if (words.Length == 3 && !EgressService.TryParse(words[2], out service, out wrong))
        {
            return false;
        }

        rule = new EgressRule(words[0] == Allow, target, service);
        wrong = null;
        return true;
    }
}
