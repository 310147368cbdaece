using System.Globalization;

namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>What is done with an application, from its files to the moment when nothing of it is left.</summary>
internal sealed class ApplicationLife(QuaidInstance engine, Application application)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly string _port = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
    private readonly string _subnet = engine.Subnet();

    public async Task LiveAsync()
    {
        await using ComposeFolder folder = new(engine, Path.Combine(ProgramsImage.Applications, application.Name), application.Options, project => new()
        {
            ["PORT"] = _port,
            ["SUBNET"] = _subnet,
            ["PLATFORM"] = project + "-platform",
            ["DOTNET"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
        });
        try
        {
            await ScriptAsync(folder, application.Surroundings.Before);
            Assert.Equal((await folder.PluginAsync("config")).Stdout, (await folder.OkAsync("config")).Stdout);
            await BothMakeTheSameAsync(folder);
            await ItWorksAsync(folder);
            await folder.PluginAsync("down -v");
            await folder.NothingIsLeftAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{application.Name}: {e.Message}\n{(await folder.RunAsync("ps -a")).Stdout}\n{(await folder.RunAsync("logs --tail 15")).Stdout}", e);
        }
        finally
        {
            await folder.RunAsync("down -v -t 0 --remove-orphans");
            await ScriptAsync(folder, application.Surroundings.After);
        }
    }

    private async Task BothMakeTheSameAsync(ComposeFolder folder)
    {
        await folder.PluginAsync("up -d");
        Dictionary<string, string> theirs = await folder.ContainersAsync();
        ProjectFields theirFields = await ProjectFields.ReadAsync(folder, application.HasFixedSubnets);
        await folder.OkAsync("up -d");
        Assert.Equal(theirs, await folder.ContainersAsync());
        await folder.OkAsync("down -v");
        await folder.NothingIsLeftAsync();

        await folder.OkAsync("up -d --wait");
        Dictionary<string, string> ours = await folder.ContainersAsync();
        Assert.Equal(application.Containers, string.Join(' ', ours.Keys.Order(StringComparer.Ordinal)));
        string differences = theirFields.DifferencesFrom(await ProjectFields.ReadAsync(folder, application.HasFixedSubnets));
        Assert.True(differences.Length == 0, differences);
        await folder.PluginAsync("up -d");
        Assert.Equal(ours, await folder.ContainersAsync());
    }

    private async Task ItWorksAsync(ComposeFolder folder)
    {
        await HoldsAsync(folder, new(application.Write, ""));
        foreach (Question question in (Question[])[application.Kept, .. application.Proofs])
        {
            await HoldsAsync(folder, question);
        }

        Change change = application.Change;
        Dictionary<string, string> before = await folder.ContainersAsync();
        string path = Path.Combine(folder.Folder, change.File), text = await File.ReadAllTextAsync(path);
        Assert.Contains(change.Old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(change.Old, change.New, StringComparison.Ordinal));
        await folder.OkAsync(change.Builds ? "up -d --wait --build" : "up -d --wait");
        Dictionary<string, string> after = await folder.ContainersAsync();
        Assert.Equal(change.Recreated, string.Join(' ', after.Keys.Where(name => before.GetValueOrDefault(name) != after[name]).Order(StringComparer.Ordinal)));
        await HoldsAsync(folder, change.Seen);

        if (application.Scale is (string service, int count))
        {
            await folder.OkAsync($"up -d --scale {service}={count}");
            Dictionary<string, string> scaled = await folder.ContainersAsync();
            Assert.Equal(Enumerable.Range(1, count).Select(number => $"{service}-{number}"), scaled.Keys.Where(name => name[..name.LastIndexOf('-')] == service).Order(StringComparer.Ordinal));
        }

        await folder.OkAsync("down");
        Assert.Empty(await folder.ContainersAsync());
        await folder.OkAsync("up -d --wait");
        await HoldsAsync(folder, application.Kept);
    }

    private async Task HoldsAsync(ComposeFolder folder, Question question)
    {
        string expected = question.Answer.Replace("$SUBNET", _subnet, StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () =>
        {
            CommandResult result = await ScriptAsync(folder, question.Script);
            return result.ExitCode == 0 && result.Stdout.Contains(expected, StringComparison.Ordinal) ? null : $"'{expected}' was expected of\n{result}";
        }, TimeSpan.FromSeconds(40));
    }

    private Task<CommandResult> ScriptAsync(ComposeFolder folder, string script) => folder.Client.ShellAsync(
        $$"""
        cd {{folder.Folder}}
        quai() { {{ComposeFolder.Program}} "$@"; }
        compose() { COMPOSE_PROJECT_NAME={{folder.Project}} quai compose {{application.Options}} "$@"; }
        get() { curl -sf -m 10 --noproxy '*' "http://127.0.0.1:$PORT/$1"; }
        post() { curl -sf -m 10 --noproxy '*' -X POST -d "${2-}" "http://127.0.0.1:$PORT/$1"; }
        {{script}}
        """,
        s_patience);
}
