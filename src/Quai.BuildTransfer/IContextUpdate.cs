namespace Quai.BuildTransfer;

/// <summary>Takes what a client sends of a directory. Called by one thread at a time.</summary>
public interface IContextUpdate
{
    /// <summary>Takes the next entry; parents come before what is in them.</summary>
    /// <returns>Whether its content is wanted: a regular file's only, and not where it is known already or is another name of an earlier one.</returns>
    /// <exception cref="Errors.QuaiException">The entry is malformed: its path leads out, or is not after the one before.</exception>
    bool Take(ContextEntry entry);

    /// <summary>Opens the file for an entry's content. It is complete when it is disposed after <see cref="Stream.Flush"/>; several may be open at once.</summary>
    /// <param name="index">The entry's number, counted from 0 over all that were taken.</param>
    Stream Open(int index);
}
