using System.Text;
using Quai.Cli.Streams;
using Quai.Convergence.Execution;
using Quai.Templates;

namespace Quai.Cli.Compose.Display;

/// <summary>Shows what happens to the things of a project.</summary>
internal abstract class ProgressReport : IDisposable
{
    /// <summary>Whether it is seen by a person.</summary>
    public virtual bool IsDrawn => false;

    /// <summary>One for a way of showing.</summary>
    public static ProgressReport Open(ProgressMode mode, Output output) => mode switch
    {
        ProgressMode.Terminal => new TerminalReport(output),
        ProgressMode.Plain => new PlainReport(output),
        ProgressMode.Json => new JsonReport(output),
        _ => new QuietReport(),
    };

    /// <summary>Shows an event.</summary>
    public abstract void Show(ConvergenceEvent happening);

    /// <summary>Leaves what is shown as it is; what follows is shown below.</summary>
    public virtual void Settle()
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose() => Settle();

    private sealed class PlainReport(Output output) : ProgressReport
    {
        public override void Show(ConvergenceEvent happening) =>
            output.WriteRows($" {happening.Subject}  {happening.Text}{(happening.Detail.Length > 0 ? $" {happening.Detail.ReplaceLineEndings(" ")}" : "")}");
    }

    private sealed class JsonReport(Output output) : ProgressReport
    {
        public override void Show(ConvergenceEvent happening)
        {
            StringBuilder line = new("{\"id\":");
            GoJson.AppendString(line, happening.Subject, escapeHtml: false);
            line.Append(",\"status\":");
            GoJson.AppendString(line, happening.Text, escapeHtml: false);
            if (happening.Detail.Length > 0)
            {
                line.Append(",\"details\":");
                GoJson.AppendString(line, happening.Detail, escapeHtml: false);
            }

            if (happening.Stage == ConvergenceStage.Failed)
            {
                line.Append(",\"error\":true");
            }

            output.WriteRows(line.Append('}').ToString());
        }
    }

    private sealed class QuietReport : ProgressReport
    {
        public override void Show(ConvergenceEvent happening)
        {
        }
    }
}
