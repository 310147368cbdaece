using Quai.Errors;
using Quai.Linux;

namespace Quai.Engine.Specs;

/// <summary>Docker's rules for choosing a container's capabilities.</summary>
internal static class CapabilityRules
{
    private const string Prefix = "CAP_", All = "ALL";

    /// <summary>
    /// Validates names as accepted by <c>--cap-add</c> and <c>--cap-drop</c>, in any case and with or without <c>CAP_</c>, and returns
    /// their full form; <c>ALL</c> stays.
    /// </summary>
    /// <param name="names">The names.</param>
    /// <param name="option">The option's name in the API for the error: <c>CapAdd</c> or <c>CapDrop</c>.</param>
    /// <exception cref="QuaiException">One is unknown.</exception>
    public static List<string> Normalize(IEnumerable<string> names, string option)
    {
        var result = new List<string>();
        foreach (string given in names)
        {
            string name = given.ToUpperInvariant();
            if (name != All)
            {
                name = name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;
                if (Capabilities.NumberOf(name) < 0)
                {
                    throw QuaiException.Invalid($"invalid {option}: unknown capability: \"{name}\"");
                }
            }

            result.Add(name);
        }

        return result;
    }

    /// <summary>A container's capabilities. <c>ALL</c> adds <see cref="Capabilities.Available"/>; a drop wins over that, an add by name wins over a drop.</summary>
    /// <param name="defaults">The initial set.</param>
    /// <param name="add"><c>--cap-add</c>.</param>
    /// <param name="drop"><c>--cap-drop</c>.</param>
    /// <param name="privileged">Whether it has all of them regardless.</param>
    /// <exception cref="QuaiException">A name is unknown.</exception>
    public static IReadOnlyList<string> Apply(IReadOnlyList<string> defaults, IReadOnlyList<string>? add, IReadOnlyList<string>? drop, bool privileged) =>
        Apply(defaults, add, drop, privileged, Capabilities.Available);

    /// <inheritdoc cref="Apply(IReadOnlyList{string}, IReadOnlyList{string}?, IReadOnlyList{string}?, bool)"/>
    /// <param name="defaults">The initial set.</param>
    /// <param name="add"><c>--cap-add</c>.</param>
    /// <param name="drop"><c>--cap-drop</c>.</param>
    /// <param name="privileged">Whether it has all of them regardless.</param>
    /// <param name="available">The meaning of "all".</param>
    public static IReadOnlyList<string> Apply(
        IReadOnlyList<string> defaults, IReadOnlyList<string>? add, IReadOnlyList<string>? drop, bool privileged, IReadOnlyList<string> available)
    {
        List<string> adds = Normalize(add ?? [], "CapAdd"), drops = Normalize(drop ?? [], "CapDrop");
        if (privileged)
        {
            return available;
        }

        if (adds.Contains(All))
        {
            return [.. available.Where(name => !drops.Contains(name))];
        }

        IEnumerable<string> kept = drops.Contains(All) ? [] : defaults.Where(name => !drops.Contains(name));
        return [.. kept.Concat(adds).Distinct()];
    }
}
