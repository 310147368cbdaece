using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Store;

/// <summary>Which images prunes and removals take and which they leave, what they say and what events they make.</summary>
public sealed class PruneTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Filters_choose_what_is_pruned()
    {
        string repository = engine.Name("image");
        string keep = await DanglingAsync(repository + ":keep", "keep=yes"), old = await DanglingAsync(repository + ":old", "age=old");
        string tagged = await LoadAsync(repository + ":tagged", "age=old");
        (await _docker.RunAsync("image prune -f --filter until=1h")).Expect(0, "Total reclaimed space: 0B\n", "");
        (await _docker.RunAsync("image prune -f --filter label=no=such")).Expect(0, "Total reclaimed space: 0B\n", "");
        (await _docker.RunAsync("image prune -f --filter until=1h --filter until=2h")).ExpectFailure(1, "more than one until filter specified");
        (await _docker.RunAsync("image prune -f --filter until=xx")).ExpectFailure(1, "failed to parse value as time or duration: \"xx\"");
        (await _docker.RunAsync("image prune -f --filter nonsense=1")).ExpectFailure(1, "invalid filter");
        CommandResult pruned = (await _docker.RunAsync("image prune -f --filter label!=keep --filter until=2100-01-01")).Expect(0, stderr: "");
        Assert.StartsWith("Deleted Images:\n", pruned.Stdout, StringComparison.Ordinal);
        Assert.Contains($"deleted: {old}\n", pruned.Stdout, StringComparison.Ordinal);
        string[] left = (await _docker.OkAsync("images -aq --no-trunc")).Split('\n');
        Assert.Contains(keep, left);
        Assert.Contains(tagged, left);
        Assert.DoesNotContain(old, left);
        Assert.Contains(keep, await _docker.OkAsync("image prune -f"), StringComparison.Ordinal);
        Assert.Contains($"untagged: {repository}:tagged\n", await _docker.OkAsync("image prune -a -f --filter label=age=old"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_containers_use_stays()
    {
        string repository = engine.Name("image"), container = engine.Name();
        string id = await LoadAsync(repository + ":used");
        await _docker.OkAsync($"create --name {container} {repository}:used");
        await _docker.OkAsync("image prune -a -f");
        Assert.Equal(id, await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {repository}:used"));
        Assert.Equal($"{repository}:used", await _docker.OkAsync($"ps -a --filter name={container} --format {{{{.Image}}}}"));

        // By force the image goes, and the container still starts: it has its layers.
        Assert.Contains($"Deleted: {id}", await _docker.OkAsync($"rmi -f {repository}:used"), StringComparison.Ordinal);
        await _docker.OkAsync($"start -a {container}");
        Assert.Equal(id, await _docker.OkAsync($"ps -a --no-trunc --filter name={container} --format {{{{.Image}}}}"));
        string folder = (await _docker.OkAsync($"container prune -f")).Split('\n')[0];
        Assert.Equal("Deleted Containers:", folder);
    }

    [QuaidFact]
    public async Task Removal_makes_Dockers_events()
    {
        using var client = new StoreClient(engine);
        string name = engine.Name("image") + ":events";
        string id = await LoadAsync(name);
        long since = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1;
        await _docker.OkAsync($"rmi {name}");
        await _docker.OkAsync("image prune -f");
        string[] events = (await _docker.OkAsync($"events --since {since} --until {DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1} --filter type=image --filter event=untag --filter event=delete --filter event=prune --format '{{{{.Action}}}} {{{{.Actor.ID}}}} {{{{.Actor.Attributes.name}}}} {{{{.Actor.Attributes.reclaimed}}}}'")).Split('\n');
        Assert.Contains($"untag {id} {id} <no value>", events);
        Assert.Contains($"delete {id} {id} <no value>", events);
        Assert.Contains("prune  <no value> 0", events);
    }

    [QuaidFact]
    public async Task Rmi_of_all_images()
    {
        using var client = new StoreClient(engine);
        string repository = engine.Name("image"), container = engine.Name(), running = engine.Name();
        await LoadAsync(repository + ":one");
        await _docker.OkAsync($"tag {repository}:one {repository}-again:two");
        await LoadAsync(repository + ":stopped");
        await LoadAsync(repository + ":running");
        await _docker.OkAsync($"create --name {container} {repository}:stopped");
        await _docker.OkAsync($"run -d --name {running} {repository}:running sleep 1000");
        await using (Terminal asked = client.QuaiAtTerminal("rmi -a"))
        {
            await asked.WaitForAsync("Are you sure you want to continue? [y/N]");
            await asked.TypeAsync("n\n");
            Assert.Equal(0, await asked.WaitForExitAsync());
        }

        Assert.Contains(repository + ":one", await _docker.OkAsync("images --format {{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);
        CommandResult some = await client.QuaiAsync("rmi -a");
        some.ExpectFailure(1, "is using its referenced image");
        Assert.Equal([repository + ":running", repository + ":stopped"], (await _docker.OkAsync("images --format {{.Repository}}:{{.Tag}}")).Split('\n').Order());
        (await client.QuaiAsync("rmi -af")).ExpectFailure(1, "(cannot be forced) - image is being used by running container");
        Assert.Equal(repository + ":running", await _docker.OkAsync("images --format {{.Repository}}:{{.Tag}}"));
        await _docker.OkAsync($"rm -f {running} {container}");
        (await client.QuaiAsync("rmi -a")).Expect(0, stderr: "");
        Assert.Equal("", await _docker.OkAsync("images -aq"));
        (await client.QuaiAsync("rmi")).ExpectFailure(1, "requires at least 1 argument");
        await StoreContents.AssertOwnedAsync(engine, client);
    }

    [QuaidFact]
    public async Task Verify_tells_which_images_are_damaged()
    {
        using var client = new StoreClient(engine);
        string name = engine.Name("image") + ":damaged";
        await LoadAsync(name);
        Assert.EndsWith(": no problems", (await client.QuaiAsync($"image verify {name}")).Succeeded(), StringComparison.Ordinal);
        (await client.QuaiAsync("image verify no/such")).ExpectFailure(1, "No such image: no/such:latest");
        JsonNode manifest = (await client.GetAsync($"/images/{name}/json?manifests=1"))["Manifests"]![0]!;
        string digest = manifest["ID"]!.GetValue<string>();
        string file = $"{engine.Root}/data/images/content/blobs/{digest.Replace(':', '/')}";
        byte[] bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllTextAsync(file, "{}");
        CommandResult found = (await client.QuaiAsync("image verify")).Expect(1);
        Assert.Contains($"blob {digest}: its content has digest", found.Stdout, StringComparison.Ordinal);
        Assert.Contains($"(needed by {name})", found.Stdout, StringComparison.Ordinal);
        Assert.EndsWith(": 1 problem\n", found.Stdout, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("its file is missing", (await client.QuaiAsync("image verify")).Expect(1).Stdout, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(file, bytes);
        (await client.QuaiAsync("image verify")).Expect(0);
        await _docker.OkAsync($"rmi {name}");
    }

    [Fact]
    public async Task Lists_show_what_is_asked_for()
    {
        string repository = engine.Name("image");
        string dangling = await DanglingAsync(repository + ":x", "list=1"), tagged = await LoadAsync(repository + ":y", "list=2");
        Assert.Equal(dangling, await _docker.OkAsync("images -q --no-trunc --filter dangling=true --filter label=list"));
        Assert.Equal(tagged, await _docker.OkAsync("images -q --no-trunc --filter dangling=false --filter label=list"));
        Assert.Equal("<none> <none>", await _docker.OkAsync("images --filter label=list=1 --format '{{.Repository}} {{.Tag}}'"));
        Assert.Equal("", await _docker.OkAsync("images -q --filter label=list --filter until=1h"));
        Assert.Equal("", await _docker.OkAsync($"images -q --filter label=list --filter before={dangling}"));
        (await _docker.RunAsync("images --filter before=no/such")).ExpectFailure(1, "No such image: no/such:latest");
        Assert.Equal("top <missing>", (await _docker.OkAsync($"history --no-trunc --format '{{{{.CreatedBy}}}} {{{{.ID}}}}' {tagged}")).Split('\n')[^1]);
        await _docker.OkAsync($"rmi {dangling} {repository}:y");
    }

    private async Task<string> LoadAsync(string name, string? label = null)
    {
        TestImage image = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("of", name)));
        image.Config["created"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        image.Config["history"] = JsonNode.Parse("""[{"created_by":"top"},{"created_by":"base"}]""");
        image.Config["config"]!["Cmd"] = new JsonArray("true");
        if (label is not null)
        {
            image.Config["config"]!["Labels"] = new JsonObject { [label.Split('=')[0]] = label.Split('=')[1] };
        }

        (await _docker.RunAsync("load", image.DockerArchive(name))).Expect();
        return await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {name}");
    }

    // An image whose name another has taken.
    private async Task<string> DanglingAsync(string name, string label)
    {
        string id = await LoadAsync(name, label);
        await LoadAsync(name + "-other");
        await _docker.OkAsync($"tag {name}-other {name}");
        await _docker.OkAsync($"rmi {name}-other {name}");
        return id;
    }
}
