using System.CommandLine;

namespace Kanban.Bus.Cli;

/// <summary><c>kanban completion SHELL</c>: a script that asks this program for the words that fit.</summary>
internal static class Completion
{
    private const string Bash = """
        _kanban() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(kanban "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _kanban kanban
        """;

    private const string Zsh = """
        #compdef kanban
        _kanban() {
            local -a words_that_fit
            words_that_fit=("${(@f)$(kanban "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- $words_that_fit
        }
        compdef _kanban kanban
        """;

    private const string Fish = """
        function __kanban_complete
            kanban "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null
        end
        complete -c kanban -a '(__kanban_complete)'
        """;

    public static Command Build(App app)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return app.On(new Command("completion", "Print a completion script: source <(kanban completion bash)") { shell }, (call, _) =>
        {
            call.Terminal.Out.WriteLine(call.Get(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Ok);
        });
    }
}
