namespace Kanban.Bus.Board.Boards;

public static class BoardsFeature
{
    public static IServiceCollection AddBoards(this IServiceCollection services) => services;

    public static void MapBoards(this RouteGroupBuilder api)
    {
    }
}
