using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>What gives access to the cache of GitHub's Actions. Whether it is genuine is the server's to say; what it says of itself is which parts of the cache it opens, and until when.</summary>
internal sealed class ActionsToken
{
    private ActionsToken(string text, IReadOnlyList<ActionsScope> scopes) => (Text, Scopes) = (text, scopes);

    /// <summary>It, as it is sent.</summary>
    public string Text { get; }

    /// <summary>The parts that it opens; one without a name where it does not say.</summary>
    public IReadOnlyList<ActionsScope> Scopes { get; }

    /// <summary>The part that is written; null where none may be.</summary>
    public ActionsScope? Writable => Scopes.LastOrDefault(s => s.IsWritable);

    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">It is no longer valid, or what it says cannot be read.</exception>
    public static ActionsToken Read(string text, DateTimeOffset now)
    {
        string[] parts = text.Split('.');
        if (parts.Length != 3)
        {
            // Servers other than GitHub's have tokens of their own.
            return new ActionsToken(text, [new ActionsScope("", 3)]);
        }

        try
        {
            ActionsClaims claims = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(parts[1].TrimEnd('=')), ActionsJson.Default.ActionsClaims) ?? new ActionsClaims();
            if (claims.Expires is { } expires && now > DateTimeOffset.UnixEpoch.AddSeconds(expires))
            {
                throw new QuaiException(ErrorKind.Unauthorized, $"the token of the gha cache expired at {DateTimeOffset.UnixEpoch.AddSeconds(expires):u}");
            }

            List<ActionsScope>? scopes = claims.Access is { Length: > 0 } access ? JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(access), ActionsJson.Default.ListActionsScope) : null;
            return new ActionsToken(text, scopes is { Count: > 0 } ? scopes : [new ActionsScope("", 3)]);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentOutOfRangeException)
        {
            // Nothing of the token is repeated, the failure included: it may quote it.
            throw QuaiException.Invalid("the token of the gha cache cannot be read");
        }
    }
}
