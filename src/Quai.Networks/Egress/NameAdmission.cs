using System.Net;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Egress;

/// <summary>Has the addresses of names let through by which a container's policies go, as soon as the container knows them.</summary>
/// <param name="rules">The names, and the firewall's set of each.</param>
/// <param name="admit">Adds addresses to a set.</param>
internal sealed class NameAdmission(IReadOnlyList<(NamePattern Name, string Set)> rules, Action<string, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)>> admit) : IAnswerWitness
{
    /// <inheritdoc/>
    public bool Concerns(ReadOnlySpan<byte> name)
    {
        foreach ((NamePattern pattern, _) in rules)
        {
            if (pattern.Fits(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Answering(ReadOnlySpan<byte> name, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)> addresses)
    {
        foreach ((NamePattern pattern, string set) in rules)
        {
            if (pattern.Fits(name))
            {
                admit(set, addresses);
            }
        }
    }
}
