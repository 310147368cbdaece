using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Store;

/// <summary><c>system df</c> and the space that prunes claim to free, compared with what <c>du</c> sees.</summary>
public sealed class DiskUsageTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    // Folders and rounding: a few blocks a layer, container or volume.
    private const long Slack = 100_000;

    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task Images_take_what_du_sees_and_containers_and_volumes_what_their_files_hold()
    {
        using var client = new StoreClient(engine);
        string repository = engine.Name("image"), container = engine.Name(), volume = engine.Name("vol");
        await _docker.RunAsync("load", Image(Files(400, 3000)).DockerArchive(repository + ":a"));
        await _docker.RunAsync("load", Image(Files(2, 2_000_000)).DockerArchive(repository + ":b"));
        await _docker.OkAsync($"run --name {container} -v {volume}:/v {repository}:a sh -c 'head -c 1500000 /dev/urandom > /written; for i in $(seq 100); do echo x > /v/$i; done; truncate -s 100M /v/sparse'");
        JsonNode usage = await client.GetAsync("/v1.51/system/df");

        // Everything of images and containers is in these folders; the container's part is counted separately.
        long images = usage["LayersSize"]!.GetValue<long>(), written = Row(usage, "Containers", "/" + container)["SizeRw"]!.GetValue<long>();
        long disk = await StoreContents.DiskAsync(engine, "images/content", "images/snapshots");
        Assert.InRange(images + written, disk - (2 * Slack), disk);
        Assert.InRange(written, 1_500_000, 1_600_000);
        JsonNode counted = usage["Volumes"]!.AsArray().Single(v => v!["Name"]!.GetValue<string>() == volume)!["UsageData"]!;
        Assert.Equal((100 << 20) + (100 * 2), counted["Size"]!.GetValue<long>());
        Assert.Equal(1, counted["RefCount"]!.GetValue<int>());

        // busybox's layer is shared by three, once in the sum.
        JsonNode a = Row(usage, "Images", repository + ":a"), b = Row(usage, "Images", repository + ":b"), box = Row(usage, "Images", BusyboxImage.Name);
        long shared = a["SharedSize"]!.GetValue<long>();
        Assert.True(shared > 1_000_000);
        Assert.Equal(shared, b["SharedSize"]!.GetValue<long>());
        Assert.InRange(a["Size"]!.GetValue<long>() - shared, 400 * 4096, (400 * 4096) + 1_500_000);
        Assert.Equal(1, a["Containers"]!.GetValue<int>());
        Assert.Equal(0, b["Containers"]!.GetValue<int>());
        Assert.InRange(images, a["Size"]!.GetValue<long>() + b["Size"]!.GetValue<long>() - shared, a["Size"]!.GetValue<long>() + b["Size"]!.GetValue<long>() + box["Size"]!.GetValue<long>() - shared);

        // The newer shape says the same, and what goes when nothing unused is left.
        JsonNode sums = await client.GetAsync("/v1.53/system/df?verbose=1");
        Assert.False(sums.AsObject().ContainsKey("LayersSize"));
        JsonNode sum = sums["ImageUsage"]!;
        Assert.Equal((images, 3, 1), (sum["TotalSize"]!.GetValue<long>(), sum["TotalCount"]!.GetValue<int>(), sum["ActiveCount"]!.GetValue<int>()));
        Assert.Equal(3, sum["Items"]!.AsArray().Count);
        Assert.Equal(written, sums["ContainerUsage"]!["Reclaimable"]!.GetValue<long>());
        Assert.Equal(0, sums["BuildCacheUsage"]!["TotalSize"]!.GetValue<int>());
        Assert.Equal(["VolumeUsage"], (await client.GetAsync("/v1.53/system/df?type=volume")).AsObject().Select(m => m.Key));
        JsonNode old = await client.GetAsync("/v1.52/system/df?type=volume&type=container");
        Assert.Null(old["Images"]);
        Assert.NotNull(old["Volumes"]);
        Assert.NotNull(old["ContainerUsage"]);

        // Both clients print the same table.
        Assert.Equal(await _docker.OkAsync("system df"), (await client.QuaiAsync("system df")).Succeeded());
        Assert.Equal(Columns(await _docker.OkAsync("system df -v")), Columns((await client.QuaiAsync("system df -v")).Succeeded()));

        // What is promised is freed.
        string pruned = (await client.QuaiAsync("image prune -a -f")).Succeeded();
        Assert.Contains($"untagged: {repository}:b\n", pruned, StringComparison.Ordinal);
        Assert.DoesNotContain($"{repository}:a", pruned, StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () =>
        {
            long given = disk - await StoreContents.DiskAsync(engine, "images/content", "images/snapshots"), promised = sum["Reclaimable"]!.GetValue<long>();
            return Math.Abs(given - promised) < Slack ? null : $"{promised} bytes were promised and {given} given";
        });
        (int status, string answer) = await client.SendAsync("POST", "/containers/prune");
        Assert.Equal((200, written / 100_000), (status, JsonNode.Parse(answer)!["SpaceReclaimed"]!.GetValue<long>() / 100_000));
        Assert.Contains(volume, (await client.QuaiAsync("volume prune -a -f")).Succeeded(), StringComparison.Ordinal);
        (await client.QuaiAsync("system prune -a -f --volumes --filter until=1h")).ExpectFailure(1, "The \"until\" filter is not supported with \"--volumes\"");
        string stopped = engine.Name(), unnamed = await _docker.OkAsync($"create --name {stopped} -v /data {repository}:a");
        CommandResult all = (await _docker.RunAsync("system prune -a -f --volumes")).Expect(0, stderr: "");
        Assert.StartsWith($"Deleted Containers:\n{unnamed}\n\nDeleted Volumes:\n", all.Stdout, StringComparison.Ordinal);
        Assert.Contains($"Deleted Images:\nuntagged: {repository}:a\n", all.Stdout, StringComparison.Ordinal);
        (await client.QuaiAsync("system prune -a -f")).Expect(0, "Total reclaimed space: 0B\n", "");
        Assert.Equal("", await _docker.OkAsync("images -aq"));
        await StoreContents.AssertOwnedAsync(engine, client);
    }

    [Fact]
    public async Task Volumes_and_containers_count_the_bytes_of_their_files()
    {
        string volume = engine.Name("vol"), container = engine.Name();
        const string make = "echo x > a; mkdir d; echo yy > d/b; ln a d/hard; ln -s a l; head -c 5000 /dev/zero > c; truncate -s 1M sparse";
        await _docker.OkAsync($"run --name {container} -v {volume}:/v {BusyboxImage.Name} sh -c 'cd /v; {make}; mkdir /own; cd /own; {make}'");
        using var client = new StoreClient(engine);
        JsonNode usage = await client.GetAsync("/v1.47/system/df");
        const long size = 2 + 3 + 1 + 5000 + (1 << 20);
        Assert.Equal(size, usage["Volumes"]!.AsArray().Single(v => v!["Name"]!.GetValue<string>() == volume)!["UsageData"]!["Size"]!.GetValue<long>());
        Assert.Equal(size, Row(usage, "Containers", "/" + container)["SizeRw"]!.GetValue<long>());
        await _docker.OkAsync($"rm {container}");
        await _docker.OkAsync($"volume rm {volume}");
    }

    private static TestImage Image(byte[] layer)
    {
        TestImage image = new TestImage().WithBusybox().WithLayer(layer);
        image.Config["created"] = "2024-01-02T03:04:05Z";
        return image;
    }

    private static byte[] Files(int count, int size) => TestImage.Tar([.. Enumerable.Range(0, count).Select(i =>
        new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, $"files/{i}") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(size)) })]);

    private static JsonNode Row(JsonNode usage, string list, string name) =>
        usage[list]!.AsArray().Single(r => (r!["RepoTags"] ?? r["Names"])!.AsArray().Any(n => n!.GetValue<string>() == name))!;

    // How long ago something was changes between two looks.
    private static string Columns(string table) => System.Text.RegularExpressions.Regex.Replace(table, "(Less than a second|About a minute|[0-9]+ (second|minute)s?)( ago)?|[ ]+", " ");
}
