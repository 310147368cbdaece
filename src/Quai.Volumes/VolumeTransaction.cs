using Microsoft.Data.Sqlite;

namespace Quai.Volumes;

/// <summary>
/// A change of volumes that is part of a larger one: written by <see cref="Write"/> in the caller's database transaction,
/// finished by <see cref="CompleteAsync"/> after it. Disposing one that was not completed undoes it in memory. Other changes wait until then.
/// </summary>
public sealed class VolumeTransaction : IAsyncDisposable
{
    private readonly Action<SqliteConnection> _write;
    private readonly Func<ValueTask> _complete;
    private readonly Action _undo;
    private readonly Action _release;
    private bool _completed, _released;

    internal VolumeTransaction(IReadOnlyList<Volume> volumes, Action<SqliteConnection> write, Func<ValueTask> complete, Action undo, Action release)
    {
        Volumes = volumes;
        _write = write;
        _complete = complete;
        _undo = undo;
        _release = release;
    }

    /// <summary>The volumes, one for each request, in order; when releasing, those that are removed.</summary>
    public IReadOnlyList<Volume> Volumes { get; }

    /// <summary>Writes the rows; runs inside the caller's transaction.</summary>
    public void Write(SqliteConnection connection) => _write(connection);

    /// <summary>Creates or removes the folders, after the caller's transaction has been committed.</summary>
    public async ValueTask CompleteAsync()
    {
        _completed = true;
        await _complete().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_released)
        {
            return ValueTask.CompletedTask;
        }

        _released = true;
        if (!_completed)
        {
            _undo();
        }

        _release();
        return ValueTask.CompletedTask;
    }
}
