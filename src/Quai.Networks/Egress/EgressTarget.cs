using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Networks.Ipam;

namespace Quai.Networks.Egress;

/// <summary>Where a rule of an <see cref="EgressPolicy"/> says something about: addresses, a name, or everywhere.</summary>
public sealed record EgressTarget
{
    /// <summary>The word for everywhere, which is no name.</summary>
    internal const string Any = "any";

    private EgressTarget()
    {
    }

    /// <summary>Everywhere, in both families.</summary>
    public static EgressTarget Everywhere { get; } = new();

    /// <summary>The addresses; null where it does not go by them.</summary>
    public IPNetwork? Network { get; private init; }

    /// <summary>The names; null where it does not go by them.</summary>
    public NamePattern? Name { get; private init; }

    /// <summary>Whether it is everywhere.</summary>
    public bool IsAny => Network is null && Name is null;

    /// <summary>Whether it may be in a family.</summary>
    public bool IsIn(AddressFamily family) => Network is not { } network || network.BaseAddress.AddressFamily == family;

    /// <summary>The text, as <see cref="EgressPolicy.Parse"/> reads it.</summary>
    public override string ToString() =>
        Name is { } name ? name.ToString()
        : Network is not { } network ? Any
        : network.PrefixLength == Prefixes.Bits(network.BaseAddress.AddressFamily) ? network.BaseAddress.ToString()
        : network.ToString();

    /// <summary>Reads <c>any</c>, <c>10.0.0.0/8</c>, <c>2001:db8::1</c>, <c>deb.debian.org</c>, <c>*.debian.org</c>.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out EgressTarget? target, [NotNullWhen(false)] out string? wrong)
    {
        (target, wrong) = (null, null);
        if (text.Equals(Any, StringComparison.OrdinalIgnoreCase))
        {
            target = Everywhere;
        }
        else if (text.Contains('/', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal) || IsNumber(text.AsSpan(text.LastIndexOf('.') + 1)))
        {
            target = TryNetwork(text, out IPNetwork network, out wrong) ? new EgressTarget { Network = network } : null;
        }
        else if (NamePattern.TryParse(text) is { } name)
        {
            target = new EgressTarget { Name = name };
        }
        else
        {
            wrong = $"\"{text}\" is neither an address, a prefix of addresses, a DNS name, *. and a name, nor any";
        }

        return target is not null;
    }

    private static bool TryNetwork(string text, out IPNetwork network, [NotNullWhen(false)] out string? wrong)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string before = slash < 0 ? text : text[..slash];

        // What .NET would take for an address, such as 10.1 or 010.0.0.1, others read otherwise.
        if (!IPAddress.TryParse(before, out IPAddress? address)
            || before.AsSpan().ContainsAny('%', '[')
            || address.IsIPv4MappedToIPv6
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != before))
        {
            wrong = $"\"{before}\" is no address";
            return false;
        }

        int bits = Prefixes.Bits(address.AddressFamily), length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            wrong = $"the length of a prefix of {before} is from 0 to {bits}";
            return false;
        }

        network = Prefixes.Of(address, length);
        wrong = network.BaseAddress.Equals(address) ? null : $"{address} has bits set beyond its prefix: write {network}";
        return wrong is null;
    }

    private static bool IsNumber(ReadOnlySpan<char> label) => label.Length > 0 && !label.ContainsAnyExceptInRange('0', '9');
}
