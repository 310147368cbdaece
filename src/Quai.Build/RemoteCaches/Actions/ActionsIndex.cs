using System.Globalization;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>An entry that changes, though entries do not: each change is another entry, whose key has a higher number.</summary>
/// <param name="protocol">Finds and keeps entries.</param>
/// <param name="key">The key, without the number.</param>
/// <param name="pause">How long it waits for somebody else who is about to write.</param>
internal sealed class ActionsIndex(IActionsProtocol protocol, string key, TimeSpan pause)
{
    // Whoever has not finished then was cut off: the number stays taken, and nobody ever writes it.
    private const int Patience = 8, MostSkipped = 100;

    private readonly string _prefix = key + "#";

    /// <summary>The latest; null for none.</summary>
    /// <exception cref="QuaiException">The server cannot be reached, or refuses.</exception>
    public async Task<ActionsEntry?> FindAsync(CancellationToken cancellation) =>
        await protocol.FindAsync(_prefix, cancellation).ConfigureAwait(false) is { } entry && entry.Key.StartsWith(_prefix, StringComparison.OrdinalIgnoreCase) ? entry : null;

    /// <summary>Puts another in its place.</summary>
    /// <exception cref="QuaiException">The server cannot be reached, or refuses.</exception>
    public async Task SaveAsync(UploadSource source, CancellationToken cancellation)
    {
        for (int waited = 0, skipped = 0; ;)
        {
            int number = 1 + skipped + (await FindAsync(cancellation).ConfigureAwait(false) is { } latest ? NumberOf(latest.Key) : 0);
            if (await protocol.SaveAsync(_prefix + number.ToString(CultureInfo.InvariantCulture), source, cancellation).ConfigureAwait(false))
            {
                return;
            }

            if (waited++ < Patience)
            {
                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
            else if (++skipped > MostSkipped)
            {
                throw QuaiException.Conflict($"the gha cache has no free number for {key}");
            }
        }
    }

    private int NumberOf(string found) => int.TryParse(found.AsSpan(_prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number : throw QuaiException.Invalid($"the gha cache has an entry {found}, which has no number");
}
