using System.Text;
using Quai.Linux;
using Quai.Errors;
using Quai.Metadata;
using Quai.Plugins.Discovery;
using Quai.Plugins.Volumes;
using Quai.Plugins;
using Xunit;

namespace Quai.Volumes.Tests.Fuzzing;

/// <summary>Names and options of volumes: made beneath the store's folder, or refused.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class VolumeFuzzTests
{
    [Fact]
    public async Task A_volume_is_made_in_the_stores_folder_or_refused()
    {
        string folder = Directory.CreateTempSubdirectory("quai-fuzz-").FullName;
        await using (var database = MetadataDatabase.Open(Path.Combine(folder, "db"), VolumeStore.Migrations))
        {
            string root = Path.Combine(folder, "volumes");
            using var store = VolumeStore.Open(root, database, new VolumePlugins(new PluginRegistry(new PluginDirectories("/nonexistent", []), new PluginLimits(), TimeProvider.System)), TimeProvider.System);
            string[] before = [.. Directory.EnumerateFileSystemEntries(folder)];
            Fuzz.Holds(new Property("volume-name", async input =>
            {
                string[] lines = Encoding.UTF8.GetString(input).Split('\n');
                var options = lines.Skip(1).Select(l => l.Split('=', 2)).Where(p => p.Length == 2).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1]);
                Volume made = await store.CreateAsync(new VolumeRequest(lines[0], Options: options), default);
                Assert.Equal(root, Path.GetDirectoryName(Path.GetDirectoryName(made.Mountpoint)));
                await store.RemoveAsync(made.Name, force: true, default);
                Assert.Equal(before, Directory.EnumerateFileSystemEntries(folder));
            })
            {
                Seeds = TextMutator.Seeds("data", "a.b-c_d", "v\ntype=tmpfs\ndevice=tmpfs\no=size=1m,uid=5", "w\ntype=none\no=bind\ndevice=/tmp"),
                Mutate = TextMutator.With("..", "/", ".", "\0", "a", "\n", "type=", "o=bind", "device=", "size=5", new string('a', 300)),
                Refuses = static e => e is QuaiException or LinuxException, MaxTime = TimeSpan.FromSeconds(10),
            });
        }

        Directory.Delete(folder, recursive: true);
    }
}
