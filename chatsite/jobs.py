from chatsite.self_check import check_and_report


def check_invariants():
    check_and_report()
