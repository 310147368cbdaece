namespace Quai.Registry.Authentication;

/// <summary>Scheme, host and port: the party we talk to. Credentials belong to one authority; another host of its domain, port or scheme is a different one.</summary>
internal readonly record struct Authority(string Scheme, string Host, int Port)
{
    /// <summary>The authority of an address.</summary>
    public static Authority Of(Uri address) => new(address.Scheme, address.IdnHost, address.Port);

    /// <summary>Whether an address is this authority's.</summary>
    public bool Covers(Uri address) => Of(address) == this;

    /// <summary>Whether data meant for this authority may be sent to an address at all: what began encrypted must not continue in clear.</summary>
    public bool MaySend(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && Scheme == Uri.UriSchemeHttp);
}
