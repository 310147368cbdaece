using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;

namespace Quai.Cli.Containers;

/// <summary><c>quai create</c>.</summary>
internal sealed class CreateCommand : Command
{
    private readonly ContainerFlags _flags;

    public CreateCommand(string path)
        : base(path) => _flags = new ContainerFlags(Flags);

    public override string Usage => "[OPTIONS] IMAGE [COMMAND] [ARG...]";

    public override string Summary => "Create a new container";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override bool OptionsEndAtFirstArgument => true;

    public override int Execute(Session session, List<string> arguments)
    {
        CreateRequest request;
        try
        {
            request = new CreateRequest(_flags, arguments[0], arguments[1..], detach: false) { Proxies = session.Proxies };
            _ = request.Build();
        }
        catch (ExitException exit) when (exit.Code == 125)
        {
            throw new ExitException(125, $"quai: {exit.Message}\n\nRun 'quai create --help' for more information");
        }

        session.Out.WriteLine(ContainerCreation.Create(session, _flags, request, arguments[0]));
        return 0;
    }
}
