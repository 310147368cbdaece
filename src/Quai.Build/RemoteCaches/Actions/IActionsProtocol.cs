using Quai.Build.RemoteCaches.Transfers;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>A version of the protocol of GitHub's cache. Entries do not change, and are there when all of them was sent.</summary>
internal interface IActionsProtocol
{
    /// <summary>Finds the latest entry whose key begins so.</summary>
    /// <returns>It; null for none.</returns>
    /// <exception cref="Errors.QuaiException">The server cannot be reached, or refuses.</exception>
    Task<ActionsEntry?> FindAsync(string prefix, CancellationToken cancellation);

    /// <summary>Keeps an entry.</summary>
    /// <returns>False where somebody has kept one with this key, or is about to.</returns>
    /// <exception cref="Errors.QuaiException">The server cannot be reached, or refuses.</exception>
    Task<bool> SaveAsync(string key, UploadSource source, CancellationToken cancellation);
}
