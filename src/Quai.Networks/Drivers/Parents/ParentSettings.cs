using System.Globalization;
using Quai.Errors;
using Quai.Networks.Egress;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Parents;

/// <summary>What a network upon a parent is to be, beside what is its kind's alone.</summary>
/// <param name="Parent">The parent's name; empty where one is to be made that leads nowhere.</param>
/// <param name="Mtu">Bytes; 0 for the parent's.</param>
internal sealed record ParentSettings(string Parent, int Mtu)
{
    private const string ParentOption = "parent", MtuOption = "com.docker.network.driver.mtu", Loopback = "lo";

    /// <summary>Of a network's record.</summary>
    /// <exception cref="QuaiException">An option is malformed, or cannot be had.</exception>
    public static ParentSettings Of(IChildKind kind, NetworkRecord record)
    {
        kind.Check(record.Options);
        foreach ((string name, string value) in record.Options)
        {
            // As in Docker, options of nobody's are kept and shown; those of Docker's that cannot be had are refused.
            if (name is not (MtuOption or NetworkRules.EnableIPv4 or NetworkRules.EnableIPv6) && name.StartsWith("com.docker.network.", StringComparison.Ordinal))
            {
                throw QuaiException.Invalid($"option {name}={value} is none of driver {kind.Name}: take it out");
            }
        }

        if (record.Options.ContainsKey(EgressPolicy.Option))
        {
            throw EgressRules.NotOnDriver(kind.Name);
        }

        string parent = record.Options.GetValueOrDefault(ParentOption, "");
        return parent == Loopback
            ? throw QuaiException.System($"loopback interface is not a valid {kind.Name} parent link")
            : new ParentSettings(parent, record.Options.TryGetValue(MtuOption, out string? mtu) ? MtuOf(mtu) : 0);
    }

    private static int MtuOf(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is 0 or (>= 68 and <= 65535)
            ? number
            : throw QuaiException.Invalid($"failed to parse {MtuOption} value: {value}: an interface's is from 68 to 65535");
}
