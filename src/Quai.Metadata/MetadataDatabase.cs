using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Quai.Linux;
using Quai.Linux.Modes;

namespace Quai.Metadata;

/// <summary>
/// The daemon's one metadata file: SQLite in WAL mode with full synchronisation, so that a transaction
/// that returned is on disk. Writers take turns; readers never wait for them.
/// Each component provides its own <see cref="Migration"/>s and owns the tables they create.
/// </summary>
public sealed class MetadataDatabase : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly SqliteConnection _writer;

    private MetadataDatabase(string connectionString, SqliteConnection writer)
    {
        _connectionString = connectionString;
        _writer = writer;
    }

    /// <summary>Opens or creates the file and brings every component's schema up to date.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="migrations">All components' steps, in any order across components.</param>
    /// <exception cref="MetadataException">The file was written by a newer version, or cannot be opened.</exception>
    public static MetadataDatabase Open(string path, IEnumerable<Migration> migrations)
    {
        string connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString();
        var writer = new SqliteConnection(connectionString);
        try
        {
            KeepPrivate(path);
            writer.Open();
            Execute(writer, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000; PRAGMA cache_size=-1024;");
            Migrate(writer, migrations);
        }
        catch (Exception e) when (e is SqliteException or LinuxException)
        {
            writer.Dispose();
            throw new MetadataException($"metadata database {path} cannot be opened: {e.Message}", e);
        }

        return new MetadataDatabase(connectionString, writer);
    }

    /// <summary>Runs <paramref name="work"/> in one write transaction: committed when it returns, rolled back when it throws.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellation = default)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using SqliteTransaction transaction = _writer.BeginTransaction(deferred: false);
            T result = work(_writer);
            transaction.Commit();
            return result;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc cref="WriteAsync{T}(Func{SqliteConnection, T}, CancellationToken)"/>
    public Task WriteAsync(Action<SqliteConnection> work, CancellationToken cancellation = default) =>
        WriteAsync(
            connection =>
            {
                work(connection);
                return true;
            },
            cancellation);

    /// <summary>Runs <paramref name="work"/> on a connection that sees the last committed state.</summary>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        if (!_readers.TryTake(out SqliteConnection? reader))
        {
            reader = new SqliteConnection(_connectionString);
            reader.Open();
            Execute(reader, "PRAGMA query_only=ON; PRAGMA cache_size=-512;");
        }

        try
        {
            return work(reader);
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        while (_readers.TryTake(out SqliteConnection? reader))
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }

        await _writer.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    /// <summary>
    /// It holds all containers' environments, and whoever can read it can also hold its locks. SQLite gives its other two files the mode of the first;
    /// those that a crash left keep the mode they were created with.
    /// </summary>
    private static void KeepPrivate(string path)
    {
        foreach (string file in (ReadOnlySpan<string>)[path, path + "-wal", path + "-shm"])
        {
            if (file == path || File.Exists(file))
            {
                PrivateFolder.OpenFile(file).Dispose();
            }
        }
    }

    private static void Migrate(SqliteConnection connection, IEnumerable<Migration> migrations)
    {
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_versions (component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT");
        // All or nothing: the program that wrote the file must still be able to open it if one step fails.
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (IGrouping<string, Migration> component in migrations.GroupBy(m => m.Component))
        {
            long have = connection.Scalar<long?>("SELECT version FROM schema_versions WHERE component=$c", ("$c", component.Key)) ?? 0;
            Migration[] steps = [.. component.OrderBy(m => m.Version)];
            if (have > steps[^1].Version)
            {
                throw new MetadataException($"the metadata of {component.Key} has schema version {have}, newer than this program's {steps[^1].Version}: install the newer program");
            }

            Migration[] pending = [.. steps.Where(m => m.Version > have)];
            if (pending.Length == 0)
            {
                continue;
            }

            foreach (Migration step in pending)
            {
                Execute(connection, step.Sql);
                step.Convert?.Invoke(connection);
            }

            connection.Run(
                "INSERT INTO schema_versions VALUES ($c,$v) ON CONFLICT(component) DO UPDATE SET version=$v", ("$c", component.Key), ("$v", pending[^1].Version));
        }

        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, string sql) => connection.Run(sql);
}
