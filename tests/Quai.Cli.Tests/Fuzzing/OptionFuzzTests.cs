using System.Text;
using System.Text.Json;
using Quai.Api;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers;
using Quai.Cli.Containers.Create;
using Quai.Cli.Containers.Files;
using Quai.Cli.Formatting;
using Quai.Cli.Images;
using Quai.Cli.Streams;
using Xunit;

namespace Quai.Cli.Tests.Fuzzing;

/// <summary>Values of options: whatever is taken makes a request that is JSON.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class OptionFuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Options_make_a_request() => Fuzz.Holds(new Property("create-options", input =>
    {
        string[] words = Encoding.UTF8.GetString(input).Split('\n');
        var set = new FlagSet();
        var flags = new ContainerFlags(set);
        List<string> rest = set.Parse(words, interspersed: false);
        if (rest.Count > 0)
        {
            JsonElement body = JsonSerializer.SerializeToElement(new CreateRequest(flags, rest[0], rest[1..], detach: false).Build(), ApiJson.Default.ContainerCreateRequest);
        }
    })
    {
        Seeds = TextMutator.Seeds(
            "-i\n-a\nSTDERR\n-p\n127.0.0.1:80-81:90-91/udp\n-v\n/a:/b:ro\nbusybox\nsh", "-m\n64m\n--cpus\n1.5\n--ulimit\nnofile=1:2\n--device-read-bps\n/dev/sda:1mb\n--restart\non-failure:3\nbusybox",
            "--mount\ntype=bind,\"src=/x,y\",dst=/z,readonly,bind-propagation=rslave\n--mount\ntype=volume,volume-opt=a=b,volume-label=c=d,volume-nocopy\n--tmpfs\n/t:size=1m\nx", "--network\nname=a,alias=b,ip=1.2.3.4,mac-address=00:11:22:33:44:55,driver-opt=a=b\n--network\nc\nx",
            "--gpus\nall,capabilities=utility\n--health-cmd\nx\n--health-interval\n1m30s\n--log-opt\na=b\n--label\na=b\n--env\nA=b\n--add-host\na:1.2.3.4\n--sysctl\na=b\n--device\n/dev/a:/dev/b:rwm\n--security-opt\nno-new-privileges\n--blkio-weight-device\n/a:10\n--stop-signal\nTERM\n--storage-opt\nsize=1G\nx"),
        Mutate = TextMutator.With(
            "\n", "-p\n", "-v\n", "--mount\n", "--network\n", "-e\n", "--ulimit\n", "--cpus\n", "-m\n", "--restart\n", "--health-interval\n", "--gpus\n", "--device\n", "--add-host\n", "--label\n", "--sysctl\n", "--tmpfs\n", "--expose\n", "--link\n", "--dns\n", "--log-opt\n", "--storage-opt\n", "--shm-size\n", "--cap-add\n",
            "--runtime\n", "--pull\n", "--platform\n", "--ip\n", "--mac-address\n", "--detach-keys\n", "--user\n", "type=tmpfs", "tmpfs-size=", "tmpfs-mode=", "volume-subpath=", "bind-recursive=", "target=80", "published=1-2", "mode=host", "protocol=sctp", "1.5.5", "1e400", "65536", "0-99999", "99999999999999999999999999999999", "[::1]", "\"\"\"", "x"),
        Refuses = CliRefusals.Known,
    });

    [Fact]
    public void Values_are_read_or_refused() => Fuzz.Holds(new Property("option-values", input =>
    {
        // A command line has no more; and numbers of a million digits take their time.
        string text = Encoding.UTF8.GetString(input.AsSpan(0, Math.Min(input.Length, 4096)));
        foreach (Action<string> read in (Action<string>[])[
            t => FlagValues.Bytes(t), t => FlagValues.Duration(t), t => FlagValues.NanoCpus(t), t => FlagValues.Int64(t), t => _ = FlagValues.Filter(t).ToList(), t => _ = PortSpec.ParseExposed(t).ToList(), t => DetachKeys.Parse(t), t => Timestamp.Parse(t),
            t => Units.Moment(t), t => ImageReference.Check(t), t => ImageReference.Familiar(t), t => ImageReference.Canonical(t), t => Client.Transport.Endpoint.Parse(t), t => CopyPaths.Folder(t), t => CopyPaths.Base(t), t => Registries.RegistryKey.OfServer(t), t => Registries.RegistryKey.HostOf(t)])
        {
            try
            {
                read(text);
            }
            catch (Exception e) when (CliRefusals.Known(e))
            {
            }
        }
    })
    {
        Seeds = TextMutator.Seeds("1.5GiB", "1h30m5.5s", "1.25", "0x1f", "label=a=b", "80-90/tcp", "ctrl-p,ctrl-q", "2024-01-02T03:04:05.678+02:00", "registry:5000/a/b:c@sha256:" + new string('a', 64), "tcp://[::1]:2375", "ssh://a", "a/./b/..", "1700000000.123456789", "https://a:1/v2/"),
        Mutate = TextMutator.With("ctrl-", "@", "a", ",", "1", "m", "h", "µs", "ns", "GiB", "kb", "T", "Z", "+99:99", "-", "://", "unix://", "npipe://", "fd://", "sha256:", "%zz", "1e308", new string('9', 400)),
    });

    [Fact]
    public void A_file_of_variables_is_read_or_refused() => Fuzz.Holds(new Property("variable-file", input =>
    {
        string file = Path.Combine(_folder, "env");
        File.WriteAllBytes(file, input);
        Assert.All(VariableFile.Read(file, _ => null), pair => Assert.NotEqual('=', pair[0]));
    })
    {
        Seeds = TextMutator.Seeds("A=b\n# comment\nC\n\tD=\"e\"\r\n"), Mutate = TextMutator.With("=", "#", "\n", "\r", "A", " ", "\ufeff"), Refuses = CliRefusals.Known,
    });

    [Fact]
    public void A_copied_archive_stays_in_its_folder()
    {
        string outside = Path.Combine(_folder, "outside"), inside = Path.Combine(_folder, "inside");
        using Quai.Linux.FileDescriptor folder = Quai.Linux.FileCalls.OpenDirectory(_folder);
        Fuzz.Holds(new Property("client-copy", input =>
        {
            Directory.CreateDirectory(inside);
            Directory.CreateDirectory(outside);
            File.WriteAllText(Path.Combine(outside, "secret"), "untouched");
            try
            {
                try
                {
                    CopyArchive.Extract(new MemoryStream(input), inside, "a", "b", keepOwner: false);
                }
                finally
                {
                    Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
                    Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "secret")));
                    Assert.Equal(["inside", "outside"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
                }
            }
            finally
            {
                Quai.Linux.FileCalls.RemoveTree(folder.Number, "inside");
                Quai.Linux.FileCalls.RemoveTree(folder.Number, "outside");
            }
        })
        {
            Generate = random => TarGenerator.Make(random, outside), Mutate = TarMutator.Mutate, Refuses = static e => CliRefusals.Known(e) || e is Quai.Linux.LinuxException,
        });
    }
}
