using Quai.Cli.Http;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose create</c>.</summary>
internal sealed class Create : ComposeVerb
{
    private readonly UpFlags _flags;

    public Create(ComposeGlobals globals)
        : base(globals, "create") => _flags = new UpFlags(Flags);

    public override string Summary => "Make the containers of a project without starting them";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = _flags.Scaled(scope.Load(arguments, makes: true));
        new BringUp(scope).RunAsync(project, new()
        {
            Plan = _flags.Plan(arguments) with { Starts = false },
            Images = _flags.Images(arguments),
            AssumesYes = _flags.AssumesYes,
        }).Await();
        return 0;
    }
}
