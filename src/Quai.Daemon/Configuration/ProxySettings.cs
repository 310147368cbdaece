namespace Quai.Daemon.Configuration;

/// <summary>The proxies for outgoing traffic.</summary>
/// <param name="Http">For http (<c>--http-proxy</c>, <c>HTTP_PROXY</c>).</param>
/// <param name="Https">For https (<c>--https-proxy</c>, <c>HTTPS_PROXY</c>).</param>
/// <param name="None">Destinations reached without a proxy (<c>--no-proxy</c>, <c>NO_PROXY</c>).</param>
internal sealed record ProxySettings(Proxy Http, Proxy Https, string None)
{
    /// <summary>The settings; if there are none, the environment's, upper-case names before lower-case ones.</summary>
    public static ProxySettings From(Settings settings) =>
        new(new(Value(settings, "http-proxy", "HTTP_PROXY")), new(Value(settings, "https-proxy", "HTTPS_PROXY")), Value(settings, "no-proxy", "NO_PROXY"));

    /// <summary>The passwords in them, with their user names.</summary>
    public IEnumerable<string> Secrets => new[] { Http.Secret, Https.Secret }.Where(s => s.Length > 0).Distinct();

    private static string Value(Settings settings, string flag, string variable) =>
        settings.Text(flag)
        ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : Environment.GetEnvironmentVariable(variable.ToLowerInvariant()))
        ?? "";
}
