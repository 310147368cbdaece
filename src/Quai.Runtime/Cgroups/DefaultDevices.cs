using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>Devices that every container may use, whatever its config says: those that the specification requires of the runtime, and creating nodes.</summary>
internal static class DefaultDevices
{
    private static readonly DeviceRule[] Rules =
    [
        Allow("c", null, null, "m"), Allow("b", null, null, "m"), Allow("c", 1, 3, "rwm"), Allow("c", 1, 8, "rwm"), Allow("c", 1, 7, "rwm"), Allow("c", 5, 0, "rwm"),
        Allow("c", 1, 5, "rwm"), Allow("c", 1, 9, "rwm"), Allow("c", 136, null, "rwm"), Allow("c", 5, 2, "rwm"), Allow("c", 5, 1, "rwm"),
    ];

    /// <summary>A config's rules, followed by the defaults that they lack.</summary>
    public static List<DeviceRule> Complete(List<DeviceRule> rules)
    {
        if (rules.Count == 0 || rules[^1] is { Allow: true, Type: null or "" or "a", Major: null or -1, Minor: null or -1 })
        {
            return rules;
        }

        return [.. rules, .. Rules.Where(d => !rules.Any(r => r.Allow && r.Type == d.Type && (r.Major ?? -1) == (d.Major ?? -1) && (r.Minor ?? -1) == (d.Minor ?? -1) && r.Access == d.Access))];
    }

    private static DeviceRule Allow(string type, long? major, long? minor, string access) => new() { Allow = true, Type = type, Major = major, Minor = minor, Access = access };
}
