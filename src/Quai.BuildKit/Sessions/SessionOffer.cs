namespace Quai.BuildKit.Sessions;

/// <summary>What a client says of its session when it connects, in the headers of its request.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="Name">What the client calls it.</param>
/// <param name="SharedKey">Who the client is over several builds; empty for nobody in particular.</param>
/// <param name="Methods">The gRPC methods that it serves, such as <c>/moby.filesync.v1.FileSync/DiffCopy</c>; compared without case.</param>
public sealed record SessionOffer(string Id, string Name, string SharedKey, IReadOnlySet<string> Methods)
{
    private const string Prefix = "X-Docker-Expose-Session-";

    /// <summary>Reads it from a request's headers.</summary>
    /// <param name="headers">The values of a header, by its name.</param>
    /// <exception cref="Quai.Errors.QuaiException">Kind InvalidParameter: it has no id.</exception>
    public static SessionOffer Read(Func<string, IEnumerable<string?>> headers)
    {
        string id = First("Uuid");
        if (id.Length == 0)
        {
            throw Quai.Errors.QuaiException.Invalid("the session has no id");
        }

        // One field with commas, or several fields.
        var methods = headers(Prefix + "Grpc-Method")
            .SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new SessionOffer(id, First("Name"), First("Sharedkey"), methods);

        string First(string name) => headers(Prefix + name).FirstOrDefault() ?? "";
    }
}
