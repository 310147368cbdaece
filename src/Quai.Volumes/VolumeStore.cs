using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Linux.Modes;
using Quai.Metadata;
using Quai.Plugins.Volumes;
using Quai.Volumes.Local;

namespace Quai.Volumes;

/// <summary>
/// The volumes of one daemon: folders <c>ROOT/NAME/_data</c>, and what plugins keep, recorded in the metadata database before they are created,
/// with the containers that use each. Failures are worded as Docker's (<c>get x: no such volume</c>).
/// </summary>
public sealed partial class VolumeStore : IDisposable
{
    private readonly string _root;
    private readonly MetadataDatabase _database;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _volumes = [];
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly VolumeQuota _quota;

    private readonly VolumePlugins _plugins;

    private VolumeStore(string root, MetadataDatabase database, VolumePlugins plugins, TimeProvider time)
    {
        _root = root;
        _database = database;
        _plugins = plugins;
        _time = time;
        _quota = new VolumeQuota(root);
    }

    /// <summary>The tables of volumes.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new("volumes", 1, """
            CREATE TABLE volumes (name TEXT PRIMARY KEY, created INTEGER NOT NULL, labels TEXT NOT NULL, options TEXT NOT NULL) STRICT;
            CREATE TABLE volume_users (volume TEXT NOT NULL, container TEXT NOT NULL, PRIMARY KEY (volume, container)) STRICT, WITHOUT ROWID;
            CREATE INDEX volume_users_container ON volume_users (container);
            CREATE TABLE volume_garbage (name TEXT NOT NULL, trash TEXT PRIMARY KEY) STRICT;
            """),
        new("volumes", 2, """
            ALTER TABLE volumes ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE volumes ADD COLUMN project INTEGER;
            ALTER TABLE volume_garbage ADD COLUMN project INTEGER;
            """),
        new("volumes", 3, """
            ALTER TABLE volumes ADD COLUMN driver TEXT NOT NULL DEFAULT 'local';
            ALTER TABLE volumes ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE volume_mounts (id TEXT PRIMARY KEY, volume TEXT NOT NULL, driver TEXT NOT NULL, user TEXT NOT NULL, path TEXT NOT NULL) STRICT;
            """),
    ];

    /// <summary>Raised after a volume was created (<c>create</c>) or removed (<c>destroy</c>), for the daemon's event stream.</summary>
    public event Action<string, Volume>? Changed;

    /// <summary>Reads the records. Call <see cref="RecoverAsync"/> before the first change.</summary>
    /// <param name="root">The folder of all volumes; created if missing.</param>
    /// <param name="database">Holds <see cref="Migrations"/>.</param>
    /// <param name="plugins">For volumes of other drivers.</param>
    /// <param name="time">For the time of creation.</param>
    public static VolumeStore Open(string root, MetadataDatabase database, VolumePlugins plugins, TimeProvider time)
    {
        PrivateFolder.Make(root);
        var store = new VolumeStore(root, database, plugins, time);
        database.Read(connection =>
        {
            foreach ((Volume volume, EntryState state) in connection.Rows(
                "SELECT name, created, labels, options, given, project, driver, state FROM volumes", r => (store.ReadVolume(r), (EntryState)r.GetInt64(7))))
            {
                store._volumes[volume.Name] = new Entry(volume) { State = state, MaybeMade = true };
            }

            store.ReadMounts(connection);

            foreach ((string name, string container) in connection.Rows("SELECT volume, container FROM volume_users", r => (r.GetString(0), r.GetString(1))))
            {
                if (store._volumes.TryGetValue(name, out Entry? entry))
                {
                    entry.Users.Add(container);
                }
            }

            return true;
        });
        return store;
    }

    /// <summary>All volumes by name.</summary>
    public IReadOnlyList<Volume> List()
    {
        lock (_lock)
        {
            return [.. _volumes.Values.Where(e => e.State != EntryState.Making).Select(e => e.Volume).OrderBy(v => v.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Finds a volume.</summary>
    /// <exception cref="QuaiException">Not found.</exception>
    public Volume Get(string name) => TryGet(name) ?? throw NotFound(name);

    /// <summary>Finds a volume, or null.</summary>
    public Volume? TryGet(string name)
    {
        lock (_lock)
        {
            return _volumes.GetValueOrDefault(name) is { State: not EntryState.Making } entry ? entry.Volume : null;
        }
    }

    /// <summary>The containers that use a volume.</summary>
    public IReadOnlyList<string> UsersOf(string name)
    {
        lock (_lock)
        {
            return _volumes.TryGetValue(name, out Entry? entry) ? [.. entry.Users.Order(StringComparer.Ordinal)] : [];
        }
    }

    /// <summary>Bytes of a local volume's files.</summary>
    public long SizeOf(string name) => TryGet(name) is { IsLocal: true } volume ? Linux.Trees.FileTree.ApparentSize(volume.Mountpoint) : 0;

    /// <summary>Creates a volume; an existing one with that name is returned as it is.</summary>
    public async Task<Volume> CreateAsync(VolumeRequest request, CancellationToken cancellation)
    {
        VolumeTransaction change = await ReserveAsync(container: null, [request], cancellation).ConfigureAwait(false);
        await using (change.ConfigureAwait(false))
        {
            await _database.WriteAsync(change.Write, cancellation).ConfigureAwait(false);
            await change.CompleteAsync().ConfigureAwait(false);
            return change.Volumes[0];
        }
    }

    /// <summary>Creates or finds the volumes of a container that is being created, and counts the container as their user.</summary>
    /// <param name="container">Its id; null when no container is concerned.</param>
    /// <param name="requests">One for each mount.</param>
    /// <param name="cancellation">Nothing is left when cancelled.</param>
    /// <exception cref="QuaiException">A name or an option is wrong.</exception>
    public async Task<VolumeTransaction> ReserveAsync(string? container, IReadOnlyList<VolumeRequest> requests, CancellationToken cancellation)
    {
        foreach (VolumeRequest request in requests)
        {
            Validate(request);
        }

        List<(string Name, VolumeRequest Request)> named =
            [.. requests.Select(r => (string.IsNullOrEmpty(r.Name) ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) : r.Name, r))];
        // Plugins are asked before anybody waits for this change.
        List<Entry> claimed = await ClaimAllAsync(named, cancellation).ConfigureAwait(false);
        List<Entry> made = [];
        List<Entry> joined = [];
        List<Volume> volumes = [];
        try
        {
            Join(container, named, claimed, made, joined, volumes);
        }
        catch
        {
            Forget();
            _changing.Release();
            claimed.ForEach(Unclaim);
            throw;
        }

        List<Entry> plugged = [.. claimed.Where(e => e.State == EntryState.Making).Distinct()];
        return new VolumeTransaction(
            volumes,
            connection =>
            {
                made.ForEach(e => Insert(connection, e.Volume, EntryState.There));
                plugged.ForEach(e => Insert(connection, e.Volume, EntryState.There));
                foreach (Entry entry in joined)
                {
                    connection.Run("INSERT INTO volume_users VALUES ($v,$c)", ("$v", entry.Volume.Name), ("$c", container));
                }
            },
            async () =>
            {
                try
                {
                    made.ForEach(e => MakeFolder(e.Volume));
                }
                catch
                {
                    // A full disk, for example: the caller's transaction is already on disk, so undo our part of it.
                    Forget();
                    await _database.WriteAsync(connection =>
                    {
                        made.ForEach(e => connection.Run("DELETE FROM volumes WHERE name=$n", ("$n", e.Volume.Name)));
                        plugged.ForEach(e => Insert(connection, e.Volume, EntryState.Making));
                        joined.ForEach(e => connection.Run("DELETE FROM volume_users WHERE volume=$v AND container=$c", ("$v", e.Volume.Name), ("$c", container)));
                    }).ConfigureAwait(false);
                    made.ForEach(e => DeleteFolder(Path.GetDirectoryName(e.Volume.Mountpoint)!));
                    throw;
                }

                plugged.ForEach(e => e.State = EntryState.There);
                made.Concat(plugged).ToList().ForEach(e => Changed?.Invoke("create", e.Volume));
            },
            Forget,
            () =>
            {
                _changing.Release();
                claimed.ForEach(Unclaim);
            });

        void Forget()
        {
            lock (_lock)
            {
                joined.ForEach(e => e.Users.Remove(container!));
                made.ForEach(e => _volumes.Remove(e.Volume.Name));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    private void Join(string? container, List<(string Name, VolumeRequest Request)> named, List<Entry> claimed, List<Entry> made, List<Entry> joined, List<Volume> volumes)
    {
        lock (_lock)
        {
            HashSet<uint> projects = [.. _volumes.Values.Select(e => e.Volume.Project).OfType<uint>()];
            foreach ((string name, VolumeRequest request) in named)
            {
                if (!_volumes.TryGetValue(name, out Entry? entry))
                {
                    entry = new Entry(Describe(name, request, projects));
                    _volumes.Add(name, entry);
                    made.Add(entry);
                }
                else if (!entry.Volume.IsLocal && !claimed.Contains(entry))
                {
                    throw NotUnique(entry.Volume);
                }

                if (container is not null && entry.Users.Add(container))
                {
                    joined.Add(entry);
                }

                volumes.Add(entry.Volume);
            }
        }
    }

    private void Validate(VolumeRequest request)
    {
        if (IsOfPlugin(request))
        {
            ValidatePlugged(request);
            return;
        }

        if (!string.IsNullOrEmpty(request.Name))
        {
            ValidateName(request.Name);
        }

        LocalOptions.Validate(request.Name ?? "", request.Options ?? Empty, () => _quota.IsAvailable);
    }

    /// <summary>Refuses names that the local driver does not accept.</summary>
    public static void ValidateName(string name)
    {
        if (name.Length == 1)
        {
            throw QuaiException.Invalid($"create {name}: volume name is too short, names should be at least two alphanumeric characters");
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(name[i]) && (i == 0 || name[i] is not ('_' or '.' or '-')))
            {
                throw QuaiException.Invalid(
                    $"create {name}: \"{name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
            }
        }

        if (name.Length > 255)
        {
            throw QuaiException.Invalid($"create {name}: volume name is too long, at most 255 characters are allowed");
        }
    }

    private const long LabelsGiven = 1, OptionsGiven = 2;

    private static Dictionary<string, string> Empty { get; } = [];

    private static QuaiException NotFound(string name) => QuaiException.NotFound($"get {name}: no such volume");

    private static string ToJson(IReadOnlyDictionary<string, string> values) => JsonSerializer.Serialize(values as Dictionary<string, string> ?? new(values), VolumeJson.Default.DictionaryStringString);

    private Volume Describe(string name, VolumeRequest request, HashSet<uint> projects)
    {
        uint? project = null;
        if (LocalOptions.Validate(name, request.Options ?? Empty, () => true) > 0)
        {
            project = _quota.NewProject(projects);
            projects.Add(project.Value);
        }

        var labels = new Dictionary<string, string>(request.Labels ?? Empty);
        if (string.IsNullOrEmpty(request.Name))
        {
            labels[Volume.AnonymousLabel] = "";
        }

        return new Volume(name, labels, new Dictionary<string, string>(request.Options ?? Empty), _time.GetUtcNow(), Path.Combine(_root, name, "_data"))
        {
            LabelsGiven = labels.Count > 0 || request.Labels is not null,
            OptionsGiven = request.Options is not null,
            Project = project,
        };
    }

    private Volume ReadVolume(SqliteDataReader row) => new(
        row.GetString(0),
        JsonSerializer.Deserialize(row.GetString(2), VolumeJson.Default.DictionaryStringString)!,
        JsonSerializer.Deserialize(row.GetString(3), VolumeJson.Default.DictionaryStringString)!,
        new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero),
        row.GetString(6) == Volume.LocalDriver ? Path.Combine(_root, row.GetString(0), "_data") : "")
    {
        Driver = row.GetString(6),
        LabelsGiven = (row.GetInt64(4) & LabelsGiven) != 0,
        OptionsGiven = (row.GetInt64(4) & OptionsGiven) != 0,
        Project = row.IsDBNull(5) ? null : (uint)row.GetInt64(5),
    };

    private static void Insert(SqliteConnection connection, Volume volume, EntryState state) => connection.Run(
        $"INSERT {(volume.IsLocal ? "" : "OR REPLACE")} INTO volumes (name, created, labels, options, given, project, driver, state) VALUES ($n,$c,$l,$o,$g,$p,$d,$s)",
        ("$d", volume.Driver), ("$s", (long)state),
        ("$n", volume.Name), ("$c", volume.Created.UtcTicks), ("$l", ToJson(volume.Labels)), ("$o", ToJson(volume.Options)),
        ("$g", (volume.LabelsGiven ? LabelsGiven : 0) | (volume.OptionsGiven ? OptionsGiven : 0)), ("$p", (long?)volume.Project));

    private void MakeFolder(Volume volume)
    {
        PrivateFolder.Make(Path.GetDirectoryName(volume.Mountpoint)!);
        if (volume.Project is { } project)
        {
            // Before anything is created in it: only what is created afterwards counts.
            _quota.Apply(volume.Name, project, LocalOptions.Validate(volume.Name, volume.Options, () => true));
        }

        Directory.CreateDirectory(volume.Mountpoint);
        // Inside a container it is for all its users; outside, nobody gets past the folder above.
        File.SetUnixFileMode(volume.Mountpoint, (UnixFileMode)0x1ed);
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class VolumeJson : JsonSerializerContext;
