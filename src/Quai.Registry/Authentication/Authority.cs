namespace Quai.Registry.Authentication;

/// <summary>Scheme, host and port: who is spoken to. Credentials belong to one authority, and no other host of its domain, port or scheme is the same.</summary>
internal readonly record struct Authority(string Scheme, string Host, int Port)
{
    /// <summary>Who answers at an address.</summary>
    public static Authority Of(Uri address) => new(address.Scheme, address.IdnHost, address.Port);

    /// <summary>Whether an address is this authority's.</summary>
    public bool Covers(Uri address) => Of(address) == this;

    /// <summary>Whether what is meant for this authority may be sent to an address at all: what began encrypted does not go on in clear.</summary>
    public bool MaySend(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && Scheme == Uri.UriSchemeHttp);
}
