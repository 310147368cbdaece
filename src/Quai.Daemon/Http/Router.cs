namespace Quai.Daemon.Http;

/// <summary>Answers one request. Failures are thrown; see <see cref="ErrorAnswer"/>.</summary>
internal delegate Task Handler(ApiCall call);

/// <summary>
/// Finds the handler of a method and path. A path is either fixed (<c>/containers/json</c>) or contains one name
/// (<c>/images/{name}/json</c>), which may itself contain slashes, as image names do. Fixed paths take precedence;
/// among the others the first added wins, so add longer endings first.
/// </summary>
internal sealed class Router
{
    private readonly Dictionary<(string Method, string Path), Handler> _fixed = [];
    private readonly Dictionary<string, List<Pattern>> _named = [];

    /// <summary>Adds a route.</summary>
    /// <param name="method">GET, POST …</param>
    /// <param name="path">Without version; at most one <c>{name}</c>.</param>
    /// <param name="handler">Handles the request.</param>
    public Router Add(string method, string path, Handler handler)
    {
        int open = path.IndexOf('{');
        if (open < 0)
        {
            _fixed.Add((method, path), handler);
            return this;
        }

        string prefix = path[..open];
        if (!_named.TryGetValue(prefix, out List<Pattern>? patterns))
        {
            _named.Add(prefix, patterns = []);
        }

        patterns.Add(new(method, path[(path.IndexOf('}') + 1)..], handler));
        return this;
    }

    /// <summary>The handler for a path without version, or null. <paramref name="name"/> is the text in place of <c>{name}</c>.</summary>
    public Handler? Find(string method, string path, out string name)
    {
        name = "";
        if (_fixed.TryGetValue((method, path), out Handler? handler))
        {
            return handler;
        }

        int second = path.Length > 1 ? path.IndexOf('/', 1) : -1;
        if (second < 0 || !_named.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.AsSpan(0, second + 1), out List<Pattern>? patterns))
        {
            return null;
        }

        ReadOnlySpan<char> rest = path.AsSpan(second + 1);
        foreach (Pattern pattern in patterns)
        {
            if (rest.Length > pattern.Suffix.Length && pattern.Method == method && rest.EndsWith(pattern.Suffix, StringComparison.Ordinal))
            {
                name = rest[..^pattern.Suffix.Length].ToString();
                return pattern.Handler;
            }
        }

        return null;
    }

    private readonly record struct Pattern(string Method, string Suffix, Handler Handler);
}
