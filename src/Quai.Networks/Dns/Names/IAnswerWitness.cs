using System.Net;

namespace Quai.Networks.Dns.Names;

/// <summary>Is told, before a container is, what other servers answered it.</summary>
internal interface IAnswerWitness
{
    /// <summary>Whether it wants to know of a name.</summary>
    /// <param name="name">As messages have it, in small letters.</param>
    bool Concerns(ReadOnlySpan<byte> name);

    /// <summary>A name is going to be answered.</summary>
    /// <param name="name">As messages have it, in small letters.</param>
    /// <param name="addresses">The addresses, and how long they may be kept.</param>
    void Answering(ReadOnlySpan<byte> name, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)> addresses);
}
