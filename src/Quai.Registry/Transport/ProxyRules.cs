using System.Net;

namespace Quai.Registry.Transport;

/// <summary>
/// Which proxy a request goes through, by the rules that Go programs such as dockerd follow: <c>HTTP_PROXY</c> for http, <c>HTTPS_PROXY</c> for https,
/// and none for loopback and for what <c>NO_PROXY</c> lists (a domain with its subdomains, <c>.domain</c> for only the subdomains,
/// an address, a network such as <c>10.0.0.0/8</c>, each optionally with <c>:port</c>, or <c>*</c> for everything).
/// </summary>
public sealed class ProxyRules : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly IReadOnlyList<Exemption> _exempt;

    /// <summary>Reads the three settings; empty or null means none.</summary>
    public ProxyRules(string? http, string? https, string? none)
    {
        _http = Address(http);
        _https = Address(https);
        _exempt = [.. (none ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Exemption.Parse)];
        Credentials = new UserInfo([_http, _https]);
    }

    /// <summary>User and password from the proxies' addresses.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>The rules from this process's environment, upper-case names before lower-case ones.</summary>
    public static ProxyRules FromEnvironment() => new(Variable("HTTP_PROXY"), Variable("HTTPS_PROXY"), Variable("NO_PROXY"));

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : For(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host)
    {
        if (For(host) is null)
        {
            return true;
        }

        string name = host.IdnHost.TrimStart('[').TrimEnd(']').TrimEnd('.').ToLowerInvariant();
        bool isAddress = IPAddress.TryParse(name, out IPAddress? address);
        return name == "localhost" || (isAddress && IPAddress.IsLoopback(address!)) || _exempt.Any(e => e.Covers(name, address, host.Port));
    }

    private Uri? For(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : Environment.GetEnvironmentVariable(name.ToLowerInvariant());

    private static Uri? Address(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text.Trim() : "http://" + text.Trim(), UriKind.Absolute, out Uri? uri) ? uri
        : null;

    /// <summary>One entry of <c>NO_PROXY</c>.</summary>
    private sealed record Exemption(string Name, bool BelowOnly, IPNetwork? Network, int Port)
    {
        public static Exemption Parse(string text)
        {
            text = text.ToLowerInvariant();
            if (IPNetwork.TryParse(text, out IPNetwork network))
            {
                return new Exemption("", false, network, 0);
            }

            int colon = text.LastIndexOf(':');
            bool hasPort = colon > 0 && (text.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']') && int.TryParse(text[(colon + 1)..], out _);
            string name = (hasPort ? text[..colon] : text).TrimStart('[').TrimEnd(']');
            name = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
            return new Exemption(name.TrimStart('.'), name.StartsWith('.'), null, hasPort ? int.Parse(text[(colon + 1)..]) : 0);
        }

        public bool Covers(string host, IPAddress? address, int port)
        {
            if (Name == "*")
            {
                return true;
            }

            if (Port != 0 && Port != port)
            {
                return false;
            }

            if (address is not null)
            {
                return Network is { } network ? network.Contains(address) : IPAddress.TryParse(Name, out IPAddress? own) && own.Equals(address);
            }

            return Network is null && Name.Length > 0 && ((!BelowOnly && host == Name) || host.EndsWith("." + Name, StringComparison.Ordinal));
        }
    }

    private sealed class UserInfo(Uri?[] proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            Uri? proxy = proxies.FirstOrDefault(p => p is not null && p.UserInfo.Length > 0 && p.Authority == uri.Authority);
            if (proxy is null)
            {
                return null;
            }

            string[] parts = proxy.UserInfo.Split(':', 2);
            return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }
    }
}
